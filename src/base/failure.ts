/** What went wrong, as data: wanted → the exact call with its errno name → a hint that can be done now. */

/** Exit statuses of our own: env(1) and the shells use the same. The command's own status passes through. */
export const EXIT = { usage: 2, failed: 125, notExecutable: 126, notFound: 127 } as const;

export interface Failure {
  /** What was wanted, in the user's words: `make the working copy of /tmp/nix-build-x.drv-0`. */
  readonly wanted: string;
  /** The call that failed, in strace's form: `mount("none", "/proc", "proc", 0)`; null where no call failed. */
  readonly call: string | null;
  /** The errno's name (`EPERM`), or null. */
  readonly errno: string | null;
  /** Why, in words, where there is no errno or it misleads; else null. */
  readonly because: string | null;
  /** What can be done now: a sentence or a command; null where nothing is known. */
  readonly hint: string | null;
  /** The exit status that the launcher ends with. */
  readonly status: number;
}

/** The outcome of something that can fail for reasons the caller can act on. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** A successful {@link Result}. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A failed {@link Result}; fields that are not given are null, the status is 125. */
export function fail(
  wanted: string,
  more: Partial<Omit<Failure, 'wanted'>> = {},
): { readonly ok: false; readonly failure: Failure } {
  const failure: Failure = { wanted, call: null, errno: null, because: null, hint: null, status: EXIT.failed, ...more };
  return { ok: false, failure };
}

/** The errno name and the call of an error of `node:fs`; other errors are bugs and are thrown on. */
export function systemError(error: unknown): { readonly call: string; readonly errno: string } {
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    const path = (error as NodeJS.ErrnoException).path;
    return { call: `${syscall}(${path === undefined ? '…' : JSON.stringify(String(path))})`, errno: code ?? 'EIO' };
  }
  throw error;
}

/** One line, without a prefix: `cannot WANTED: CALL = ERRNO: BECAUSE; HINT`. Not yet made safe for a terminal. */
export function failureLine(failure: Failure): string {
  let line = `cannot ${failure.wanted}`;
  if (failure.call !== null) line += `: ${failure.call}${failure.errno === null ? '' : ` = ${failure.errno}`}`;
  else if (failure.errno !== null) line += `: ${failure.errno}`;
  if (failure.because !== null) line += `: ${failure.because}`;
  if (failure.hint !== null) line += `; ${failure.hint}`;
  return line;
}
