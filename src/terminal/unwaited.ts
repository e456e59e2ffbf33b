/** Bytes for a file descriptor that does not block: what it does not take now goes later, in order, and nobody waits for it. */
import { writeSync } from 'node:fs';

export interface Queue {
  /** @returns false while something waits */
  write(bytes: Uint8Array): boolean;
  /** How many bytes wait. */
  waiting(): number;
  /** Tries now. @returns false where nobody reads any more (EIO, EPIPE) */
  push(): boolean;
  /** Forgets what waits. */
  drop(): void;
}

const FIRST_TRY_MS = 4;
const LAST_TRY_MS = 100;

/** @param told `drained`: nothing waits any more; `lost`: nobody reads any more */
export function makeQueue(fd: number, told: { readonly drained: () => void; readonly lost: () => void }): Queue {
  let rest: Uint8Array = Buffer.alloc(0);
  let timer: NodeJS.Timeout | null = null;

  const push = (): boolean => {
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (isFull(error)) return true;
      rest = Buffer.alloc(0);
      return false;
    }
    return true;
  };
  const tryLater = (waitMs: number): void => {
    timer = setTimeout(() => {
      timer = null;
      const before = rest.length;
      if (!push()) return told.lost();
      if (rest.length === 0) told.drained();
      else tryLater(rest.length < before ? FIRST_TRY_MS : Math.min(waitMs * 2, LAST_TRY_MS));
    }, waitMs);
  };
  return {
    write: bytes => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      if (timer !== null) return false;
      if (!push()) told.lost();
      if (rest.length > 0) tryLater(FIRST_TRY_MS);
      return rest.length === 0;
    },
    waiting: () => rest.length,
    push,
    drop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      rest = Buffer.alloc(0);
    },
  };
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
