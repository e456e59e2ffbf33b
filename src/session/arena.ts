/**
 * The one block of native memory that a walk over a tree uses: what the kernel reads (names, times) and writes (statx, getdents64,
 * file content). Names go from getdents64 to the next call by their place in it, without ever becoming JavaScript strings.
 */
import { fromBytes, toBytes } from '../base/path.ts';
import { allocate, type Memory } from '../ffi/memory.ts';

const KIB = 1024;
/** Offsets of the parts, in bytes; each is written as a whole before it is read, so nothing needs to be cleared. */
export const PART = {
  /** Always one NUL byte: the empty path of AT_EMPTY_PATH. */
  empty: 0,
  stat: 64,
  times: 320,
  dotdot: 384,
  name: 512,
  path: 4 * KIB,
  link: 12 * KIB,
  entries: 20 * KIB,
  data: 56 * KIB,
} as const;
export const ENTRIES_SIZE = PART.data - PART.entries;
/** Room for a path, with its NUL byte (PATH_MAX). */
export const PATH_SIZE = 4096;

export interface Arena extends Memory {
  /** The same memory as 32-bit words: offset / 4. */
  readonly words: Uint32Array;
  /** Bytes at `PART.data`. */
  readonly dataSize: number;
}

/** @param dataSize room for file content; 0 for a walk that reads none */
export function makeArena(dataSize: number): Arena {
  const memory = allocate(PART.data + dataSize);
  memory.bytes.write('..\0', PART.dotdot, 'latin1');
  return { ...memory, words: new Uint32Array(memory.buffer), dataSize };
}

/** Writes a path with its NUL byte to `at` and gives its address; 0 where it is longer than PATH_MAX. */
export function putPath(arena: Arena, path: string, at: number): number {
  const bytes = toBytes(path);
  if (bytes.length >= PATH_SIZE) return 0;
  bytes.copy(arena.bytes, at);
  arena.bytes[at + bytes.length] = 0;
  return arena.address + at;
}

/** The bytes up to the NUL byte. */
export function bytesAt(arena: Arena, at: number): Buffer {
  return arena.bytes.subarray(at, arena.bytes.indexOf(0, at));
}

/** The name at `at`, as a string (base/path.ts). */
export function nameAt(arena: Arena, at: number): string {
  return fromBytes(bytesAt(arena, at));
}
