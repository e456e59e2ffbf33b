/** statx(2): the same layout on both architectures, read straight from the arena. */
import { uninterrupted } from '../ffi/syscalls.ts';
import { type Arena, PART } from './arena.ts';
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } from './linux.ts';

const BASIC_STATS = 0x7ff;
const MNT_ID = 0x1000;
const WORD = PART.stat / 4;
const HIGH = 2 ** 32;

function word(arena: Arena, at: number): number {
  return arena.words[WORD + at] ?? 0;
}

/** Asks about an open file; 0 or -errno. The answer stays in the arena until the next question. */
export function statFd(arena: Arena, fd: number): number {
  return uninterrupted(
    'statx',
    fd,
    arena.address + PART.empty,
    AT_EMPTY_PATH,
    BASIC_STATS | MNT_ID,
    arena.address + PART.stat,
  );
}

/** Asks about a name in a directory, never following; 0 or -errno. */
export function statName(arena: Arena, directory: number, name: number): number {
  return uninterrupted('statx', directory, name, AT_SYMLINK_NOFOLLOW, BASIC_STATS | MNT_ID, arena.address + PART.stat);
}

/** The S_IFMT part as `d_type` says it (linux.ts, `TYPE`). */
export function statType(arena: Arena): number {
  return (word(arena, 7) & 0xf000) >> 12;
}

/** The 12 permission bits. */
export function statMode(arena: Arena): number {
  return word(arena, 7) & 0o7777;
}

export function statLinks(arena: Arena): number {
  return word(arena, 4);
}

export function statOwner(arena: Arena): { readonly uid: number; readonly gid: number } {
  return { uid: word(arena, 5), gid: word(arena, 6) };
}

export function statSize(arena: Arena): number {
  return word(arena, 10) + word(arena, 11) * HIGH;
}

/** Bytes on disk. */
export function statAllocated(arena: Arena): number {
  return (word(arena, 12) + word(arena, 13) * HIGH) * 512;
}

/** The device number, as mknod(2) takes it (`makedev`: both halves are small on anything real). */
export function statDevice(arena: Arena): number {
  const major = word(arena, 32);
  const minor = word(arena, 33);
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** Which file it is: device and inode. Text, as 64-bit inode numbers do not fit a number. */
export function statIdentity(arena: Arena): string {
  return `${word(arena, 34)}:${word(arena, 35)}:${word(arena, 9)}:${word(arena, 8)}`;
}

/** Which mount it lies in; the device where the kernel is older than 5.8. */
export function statMount(arena: Arena): string {
  const known = (word(arena, 0) & MNT_ID) !== 0;
  return known ? `${word(arena, 37)}:${word(arena, 36)}` : `d${word(arena, 34)}:${word(arena, 35)}`;
}

/** Copies access and modification time to `PART.times`, as utimensat(2) wants them: two {seconds, nanoseconds} of 64 bits. */
export function takeTimes(arena: Arena): void {
  const { words } = arena;
  const to = PART.times / 4;
  // statx_timestamp has the layout of a 64-bit timespec, little-endian, with a reserved (zero) word last.
  words.copyWithin(to, WORD + 16, WORD + 19);
  words[to + 3] = 0;
  words.copyWithin(to + 4, WORD + 28, WORD + 31);
  words[to + 7] = 0;
}

/** A copy of `PART.times` that outlives the next question. */
export function keepTimes(arena: Arena): Uint32Array {
  return arena.words.slice(PART.times / 4, PART.times / 4 + 8);
}

/** Whether the modification time is the one in `times`, of {@link keepTimes}. */
export function sameModification(arena: Arena, times: Uint32Array): boolean {
  return [0, 1, 2].every(at => word(arena, 28 + at) === times[4 + at]);
}

/** When it was last changed in any way (ctime, which nobody can set), in milliseconds since 1970. */
export function statChangedMs(arena: Arena): number {
  return (word(arena, 24) + word(arena, 25) * HIGH) * 1000 + word(arena, 26) / 1_000_000;
}

/** The modification time in milliseconds since 1970. */
export function statModifiedMs(arena: Arena): number {
  return (word(arena, 28) + word(arena, 29) * HIGH) * 1000 + word(arena, 30) / 1_000_000;
}
