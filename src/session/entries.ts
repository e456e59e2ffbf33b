/** Reads a directory in chunks, getdents64(2). */
import { uninterrupted } from '../ffi/syscalls.ts';
import { type Arena, ENTRIES_SIZE, PART } from './arena.ts';

/** One entry of the current chunk. `at`: where its NUL-ended name lies in the arena, until the next chunk is read. */
export interface Entry {
  readonly at: number;
  /** `TYPE` of linux.ts; `unknown` on file systems that do not tell. */
  readonly type: number;
  readonly inode: number;
}

/** The next entries without `.` and `..`; null at the end, -errno on failure. */
export function readEntries(arena: Arena, directory: number): Entry[] | null | number {
  const length = uninterrupted('getdents64', directory, arena.address + PART.entries, ENTRIES_SIZE);
  if (length <= 0) return length === 0 ? null : length;
  const { bytes } = arena;
  const found: Entry[] = [];
  for (let at = PART.entries; at < PART.entries + length; at += bytes.readUInt16LE(at + 16)) {
    const name = at + 19;
    if (bytes[name] === 0x2e && (bytes[name + 1] === 0 || (bytes[name + 1] === 0x2e && bytes[name + 2] === 0)))
      continue;
    found.push({ at: name, type: bytes[at + 18] ?? 0, inode: bytes.readUInt32LE(at) });
  }
  // Inode order is disk order on most file systems, as cp(1) and find(1) know; within the chunk is enough.
  return found.sort((a, b) => a.inode - b.inode);
}
