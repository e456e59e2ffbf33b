/** The phases of a build, from its log: by what the builder tells Nix, else by headers, else by the headers of old. */

/** Where a phase begins. */
export interface PhaseMark {
  readonly name: string;
  readonly line: number;
}

export interface PhaseTracker {
  /** An `@nix` line of `setPhase`. */
  readonly told: (phase: string, line: number) => void;
  /** Any other line. @returns whether it is a header, which tells nothing else */
  readonly header: (text: string, line: number) => boolean;
  /** The phases, by the best source that the log has. */
  readonly marks: () => readonly PhaseMark[];
}

/** Headers of nixpkgs before 2023 (nix-sandbox.md, section 3.2); then the line is nothing else. */
const OLD: Readonly<Record<string, string>> = {
  'unpacking sources': 'unpackPhase',
  'patching sources': 'patchPhase',
  configuring: 'configurePhase',
  building: 'buildPhase',
  'running tests': 'checkPhase',
  installing: 'installPhase',
  'post-installation fixup': 'fixupPhase',
  'running install tests': 'installCheckPhase',
};

/** A build has some ten phases; what a log without end claims is not kept without end. */
const MOST = 500;
/** Header and `@nix` line of one phase stand together. */
const TOGETHER = 2;

/** Follows the phases of a log. */
export function phaseTracker(): PhaseTracker {
  const told: PhaseMark[] = [];
  const headers: PhaseMark[] = [];
  const old: PhaseMark[] = [];
  return {
    told: (name, line) => {
      const header = headers.at(-1);
      const together = header !== undefined && header.name === name && line - header.line <= TOGETHER;
      push(told, { name, line: together ? header.line : line });
    },
    header: (text, line) => {
      const name = text.startsWith('Running phase: ') ? text.slice(15).trim() : '';
      if (name !== '' && name.length <= 200) {
        push(headers, { name, line });
        return true;
      }
      const before = text.length < 32 && Object.hasOwn(OLD, text) ? OLD[text] : undefined;
      if (before !== undefined) push(old, { name: before, line });
      return before !== undefined;
    },
    marks: () => [told, headers, old].find(marks => marks.length > 0) ?? [],
  };
}

/** The newest phase is never dropped: it is the one that failed. */
function push(marks: PhaseMark[], mark: PhaseMark): void {
  if (marks.length >= MOST) marks.splice(MOST / 2, 1);
  marks.push(mark);
}
