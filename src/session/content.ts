/** Copies the content of one regular file: as a clone, else in the kernel, else through our memory; holes stay holes. */
import { uninterrupted } from '../ffi/syscalls.ts';
import { type Arena, PART } from './arena.ts';
import { E, FICLONE, SEEK_DATA, SEEK_HOLE, SEEK_SET } from './linux.ts';

/** Why content could not be copied, and on which side. */
export interface Trouble {
  readonly side: 'read' | 'write';
  readonly call: string;
  readonly errno: number;
}

/** What the file systems turned out to offer; learnt by the first refusal, so that each file need not ask again. */
export interface Offers {
  clone: boolean;
  range: boolean;
}

/** One call in the kernel copies at most this much, so that a signal is not kept waiting. */
const RANGE_BYTES = 64 * 1024 * 1024;

interface Job {
  readonly arena: Arena;
  readonly from: number;
  readonly to: number;
  readonly offers: Offers;
}

/**
 * @param size what statx said; a file that grows meanwhile is copied up to here
 * @param allocated bytes on disk: less than `size` where there may be holes
 * @returns null where all went well
 */
export function copyContent(job: Job, size: number, allocated: number): Trouble | null {
  if (size === 0) return null;
  if (job.offers.clone && cloned(job)) return null;
  return allocated < size ? copySparse(job, size) : copyDense(job, size);
}

function cloned({ from, to, offers }: Job): boolean {
  const result = uninterrupted('ioctl', to, FICLONE, from);
  // EINVAL is about this file (inline data, no copy-on-write), all else about the two file systems. ioctl_ficlonerange(2).
  if (result < 0 && result !== -E.INVAL) offers.clone = false;
  return result === 0;
}

function copySparse(job: Job, size: number): Trouble | null {
  const { from, to } = job;
  let at = 0;
  while (at < size) {
    const data = uninterrupted('lseek', from, at, SEEK_DATA);
    if (data === -E.XIO) break;
    const hole = data < 0 ? data : Math.min(uninterrupted('lseek', from, data, SEEK_HOLE), size);
    if (data >= size) break;
    if (hole <= data) return { side: 'read', call: 'lseek', errno: hole < 0 ? -hole : E.IO };
    uninterrupted('lseek', from, data, SEEK_SET);
    uninterrupted('lseek', to, data, SEEK_SET);
    const trouble = copyDense(job, hole - data);
    if (trouble !== null) return trouble;
    at = hole;
  }
  const result = uninterrupted('ftruncate', to, size);
  return result < 0 ? { side: 'write', call: 'ftruncate', errno: -result } : null;
}

/** The next `count` bytes from where both files stand; fewer where the file ends before. */
function copyDense(job: Job, count: number): Trouble | null {
  let left = count;
  // One read and one write cost less than one copy_file_range for what fits our memory (measured on ext4 and tmpfs).
  while (left > job.arena.dataSize && job.offers.range) {
    const result = uninterrupted('copy_file_range', job.from, 0, job.to, 0, Math.min(left, RANGE_BYTES));
    if (result > 0) left -= result;
    else if (result === -E.NOSPC || result === -E.DQUOT || result === -E.FBIG)
      return { side: 'write', call: 'copy_file_range', errno: -result };
    else if (result === 0 && left < count) return null;
    else if (result !== -E.AGAIN) job.offers.range = false;
  }
  return copyThroughMemory(job, left);
}

function copyThroughMemory({ arena, from, to }: Job, count: number): Trouble | null {
  const data = arena.address + PART.data;
  for (let left = count; left > 0; ) {
    const got = uninterrupted('read', from, data, Math.min(left, arena.dataSize));
    if (got === 0) return null;
    if (got < 0) return { side: 'read', call: 'read', errno: -got };
    for (let done = 0; done < got; ) {
      const put = uninterrupted('write', to, data + done, got - done);
      if (put > 0) done += put;
      else return { side: 'write', call: 'write', errno: put === 0 ? E.IO : -put };
    }
    left -= got;
  }
  return null;
}
