/** Our own words: one line on stderr with the program's name; and text on stdout, whole even when it is a slow pipe. */
import { writeSync } from 'node:fs';
import { type Failure, failureLine } from '../base/failure.ts';
import { printable } from '../base/printable.ts';
import type { EnvVars } from '../nix/env-vars.ts';

const EAGAIN = 'EAGAIN';
const SIGPIPE = 13;

/** Writes everything to a descriptor. A closed pipe or a full disk ends the writing, never the program. @returns whether all was written */
export function writeAll(fd: number, text: string): boolean {
  return tryToWrite(fd, text) === null;
}

/** @returns the errno's name where not all was written */
function tryToWrite(fd: number, text: string): string | null {
  const bytes = Buffer.from(text, 'utf8');
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === EAGAIN) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        continue;
      }
      return error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
    }
  }
  return null;
}

/** One line on stderr: `nix-build-shell: …`. */
export function say(line: string): void {
  writeAll(2, `nix-build-shell: ${printable(line)}\n`);
}

/** Says a failure in one line. @returns its exit status */
export function sayFailure(failure: Failure): number {
  say(failureLine(failure));
  return failure.status;
}

/** Text on stdout. @returns the exit status: 125 where it could not be written, that of SIGPIPE where its reader has gone */
export function print(text: string): number {
  const errno = tryToWrite(1, text);
  if (errno === null) return 0;
  // `… | head` has read enough: that is no news, and other programs end without a word, too.
  if (errno === 'EPIPE') return 128 + SIGPIPE;
  say('cannot write to stdout: it is closed, or its disk is full');
  return 125;
}

/** Says that a build's environment file is damaged, and where first; nothing where it is as bash writes it. */
export function sayDamage({ problems, source }: EnvVars): void {
  const [first, ...others] = problems;
  if (first === undefined || source.kind !== 'file') return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more: 'nix-build-shell show' lists them)`;
  say(`${source.path} is damaged: line ${first.line}: ${first.message}${more}; variables may be missing inside`);
}
