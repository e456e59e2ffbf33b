/** Locks that the kernel releases when their holder dies, however it dies: flock(2) on a file beside the session. */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { errnoName } from '../base/errno.ts';
import { fail, ok, type Result, systemError } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';
import { syscall } from '../ffi/syscalls.ts';

const LOCK_EX_NB = 2 | 4;

/**
 * Takes the lock, making the file where it is missing. The descriptor is closed on exec.
 * @returns the descriptor to hold, or null where somebody else holds the lock
 */
export function takeLock(path: string, make: boolean): Result<number | null> {
  for (;;) {
    let fd: number;
    try {
      fd = openSync(fsPath(path), constants.O_RDWR | constants.O_NOFOLLOW | (make ? constants.O_CREAT : 0), 0o600);
    } catch (error) {
      return fail(`lock ${path}`, systemError(error));
    }
    const result = syscall('flock', fd, LOCK_EX_NB);
    if (result === 0 && stillNamed(path, fd)) return ok(fd);
    closeSync(fd);
    if (result === -11) return ok(null);
    if (result < 0)
      return fail(`lock ${path}`, {
        call: `flock(${JSON.stringify(path)}, LOCK_EX|LOCK_NB)`,
        errno: errnoName(-result),
      });
    // Locked, but a sweep removed the file in between.
    if (!make) return ok(null);
  }
}

/** Whether the locked file is the one that the path names. */
function stillNamed(path: string, fd: number): boolean {
  const named = statSync(fsPath(path), { throwIfNoEntry: false });
  return named !== undefined && named.ino === fstatSync(fd).ino;
}
