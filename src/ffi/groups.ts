/** Supplementary groups, of this thread alone: each thread has its own (setgroups(2)); libc and Node would change those of all. */
import { allocate } from './memory.ts';
import { syscall } from './syscalls.ts';

/** NGROUPS_MAX (limits.h). */
const MOST_BYTES = 65_536 * 4;

/** Makes a child without them; then this thread has its own again. Where they may not be dropped, they stay. */
export function withoutGroups<T>(action: () => T): T {
  const memory = allocate(MOST_BYTES);
  const count = syscall('getgroups', MOST_BYTES / 4, memory.address);
  if (count <= 0 || syscall('setgroups', 0, 0) < 0) return action();
  try {
    return action();
  } finally {
    syscall('setgroups', count, memory.address);
  }
}
