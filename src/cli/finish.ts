/** The end of the process: the status of what was asked for, or one line about an error that nobody expected. */
import { EXIT } from '../base/failure.ts';
import { say } from './say.ts';

/** Ends the process with the status that `work` gives; by `end`, where that is not Node's own way. */
export function finishWith(
  work: Promise<number>,
  end: (status: number) => void = status => process.exit(status),
): void {
  work.then(end, (error: unknown) => {
    sayError(error);
    process.exit(EXIT.failed);
  });
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
