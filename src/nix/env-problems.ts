/** The problems met in a text, kept by place and given with their lines; never more than a person would read. */
import type { EnvProblem } from './env-vars.ts';

/** So many are told; of the others only the number. */
const MOST = 100;

export interface Problems {
  readonly told: { readonly offset: number; readonly message: string }[];
  untold: number;
}

export function noProblems(): Problems {
  return { told: [], untold: 0 };
}

/** Notes a problem at a byte offset. The message is only made where it is told. */
export function note(problems: Problems, offset: number, message: () => string): void {
  if (problems.told.length < MOST) problems.told.push({ offset, message: message() });
  else problems.untold += 1;
}

/** The problems in the order of the text, with 1-based lines; a last one, of line 0, where some are not told. */
export function withLines(problems: Problems, bytes: Uint8Array): EnvProblem[] {
  const lines: EnvProblem[] = [];
  let line = 1;
  let at = 0;
  for (const { offset, message } of problems.told.toSorted((a, b) => a.offset - b.offset)) {
    for (; at < offset; at += 1) if (bytes[at] === 0x0a) line += 1;
    lines.push({ line, message });
  }
  if (problems.untold > 0) lines.push({ line: 0, message: `${problems.untold} more problems` });
  return lines;
}
