/**
 * The entry, behind boot.ts. `DIR CMD…` takes the quick path: it loads nothing that a run does not need. Everything else (subcommands, help,
 * no arguments) is commander's, in a bundle of its own (dist/full.cjs).
 */
import { EXIT } from '../base/failure.ts';
import { enableTrace } from '../base/trace.ts';
import { rawArguments, scan, traceLayers } from './arguments.ts';
import { runDirectory, waysGone } from './commands/run.ts';
import { say } from './say.ts';

export { waysGone };

async function main(): Promise<number> {
  const words = rawArguments();
  const forUi = uiWords(words);
  if (forUi !== null) {
    const front = require('./front.cjs') as {
      openFront: (words: readonly string[]) => Promise<number>;
    };
    return front.openFront(forUi);
  }
  const scanned = scan(words);
  if (scanned === null) {
    const full = require('./full.cjs') as {
      runFull: (words: readonly string[]) => Promise<number>;
    };
    return full.runFull(words);
  }
  if ('problem' in scanned) {
    say(`${scanned.problem}; 'nix-build-shell --help' tells more`);
    return EXIT.usage;
  }
  enableTrace(traceLayers(scanned.options));
  return runDirectory(scanned);
}

/** The words for the UI: none on a terminal, or those around `--ui`, before which a `--store` may stand. Null where it is not asked for. */
function uiWords(words: readonly string[]): readonly string[] | null {
  if (words.length === 0) return process.stdin.isTTY && process.stdout.isTTY ? words : null;
  const at = words[0] === '--store' ? 2 : words[0]?.startsWith('--store=') === true ? 1 : 0;
  return words[at] === '--ui' ? [...words.slice(0, at), ...words.slice(at + 1)] : null;
}

/** Errors of Node's own loader, which come wherever a part of the program is loaded, and what can be done then. */
const HINTS: Readonly<Record<string, string>> = {
  EMFILE: "raise the limit of open files ('ulimit -n'; 256 are enough)",
  ENFILE: 'the whole machine has too many files open; wait, or end something',
  MODULE_NOT_FOUND: "'npm run setup' in the program's directory installs what is missing",
};

/** An error that nobody expected: still one line, unless the user asked for more. */
function sayError(error: unknown): void {
  const { message, stack = '', code = '' } = (error instanceof Error ? error : new Error(String(error))) as NodeError;
  const [what = ''] = message.split('\n');
  const hint = HINTS[code];
  const trace = process.argv.some(word => word.startsWith('--trace'));
  say(
    hint === undefined
      ? `internal error: ${what}${trace ? '' : '; --trace shows more'}`
      : `cannot go on: ${what}; ${hint}`,
  );
  if (trace) process.stderr.write(`${stack}\n`);
}

type NodeError = Error & { readonly code?: string };

main().then(
  status => process.exit(status),
  (error: unknown) => {
    sayError(error);
    process.exit(EXIT.failed);
  },
);
