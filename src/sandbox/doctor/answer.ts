/** One question that `doctor` asks of the machine, answered: plain data, laid out by report/doctor.ts. */

/**
 * `broken`: no sandbox can be made here because of this. `warning`: something else does not work. `unknown`: it could not be
 * found out.
 */
export type State = 'ok' | 'warning' | 'broken' | 'unknown';

/** What the question is about: the headings, in this order. */
export const GROUPS = ['sandbox', 'security', 'kernel', 'files', 'nix'] as const;
export type Group = (typeof GROUPS)[number];

export interface Answer {
  /** `GROUP.WORD`: stable, for scripts. */
  readonly id: `${Group}.${string}`;
  readonly title: string;
  readonly state: State;
  /** What was found: one sentence, with the values themselves. Text from outside is not yet made safe for a terminal. */
  readonly found: string;
  /** What does not work without it; null where nothing is amiss. */
  readonly affects: string | null;
  /** The commands that mend it, for sh(1), ready to run; null where nothing is amiss or no command can. */
  readonly mend: string | null;
  /** The file or the call that the answer came from. */
  readonly source: string;
}

type Asked = Pick<Answer, 'id' | 'title' | 'source'>;

/** Nothing is amiss. */
export function fine(asked: Asked, found: string): Answer {
  return { ...asked, state: 'ok', found, affects: null, mend: null };
}

/** Something is amiss. */
export function amiss(
  asked: Asked,
  state: Exclude<State, 'ok'>,
  found: string,
  affects: string | null,
  mend: string | null = null,
): Answer {
  return { ...asked, state, found, affects, mend };
}

/** All answers, and what they come to. */
export interface Diagnosis {
  readonly version: 1;
  /** Who asked: what holds for root need not hold for you. */
  readonly asked: { readonly user: string | null; readonly uid: number; readonly gid: number };
  /** Whether a sandbox can be made here: nothing is broken. */
  readonly works: boolean;
  readonly answers: readonly Answer[];
}

/** Puts the answers together. */
export function diagnosis(asked: Diagnosis['asked'], answers: readonly Answer[]): Diagnosis {
  return { version: 1, asked, works: answers.every(({ state }) => state !== 'broken'), answers };
}

/** The group that an answer belongs to: the first word of its id. */
export function groupOf(answer: Answer): Group | undefined {
  return GROUPS.find(group => answer.id.startsWith(`${group}.`));
}
