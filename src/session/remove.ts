/**
 * Removes a tree of ours: directories without permissions, thousands of levels, odd names. Never follows a link, never crosses into
 * another mount. Resumable, so that a big tree can be removed in slices while something else goes on.
 */
import { monotonicMs } from '../base/clock.ts';
import { errnoName } from '../base/errno.ts';
import { fail, ok, type Result } from '../base/failure.ts';
import type { HostPath } from '../base/path.ts';
import { syscall, uninterrupted } from '../ffi/syscalls.ts';
import { type Arena, makeArena, PART, putPath } from './arena.ts';
import { readEntries } from './entries.ts';
import { AT_FDCWD, AT_REMOVEDIR, E, O_DIRECTORY, PLACE, READ_DIRECTORY, SEEK_SET, TYPE } from './linux.ts';
import { statFd, statIdentity, statMode, statMount, statType } from './stat.ts';

/** Levels whose descriptors stay open; the others come back through `..`. */
const OPEN_LEVELS = 48;
const EMPTY = Buffer.alloc(0);

/** A directory that is being emptied. */
interface Level {
  /** Its name in its parent, with the NUL byte; the whole path for the tree itself. */
  readonly name: Buffer;
  /** -1 while closed. */
  fd: number;
  readonly identity: string;
  /** Subdirectories found in the chunk that was read last, still to be removed; each ended by NUL. */
  pending: Buffer;
  next: number;
  /** Whether anything went since it was read from its start: else reading it once more is of no use. */
  progress: boolean;
}

/** A removal under way. */
export interface Removal {
  readonly path: HostPath;
  readonly arena: Arena;
  readonly levels: Level[];
  /** Which mount the tree lies in: nothing of another one is touched. */
  mount: string;
  /** The first refusal; ends the removal. */
  refused: { readonly call: string; readonly errno: number } | null;
}

/** Removes the whole tree; a tree that is not there is fine. */
export function removeTree(path: HostPath): Result<null> {
  const removal = startRemoval(path);
  removeSome(removal, Number.POSITIVE_INFINITY);
  return removalResult(removal);
}

/** Begins to remove a tree (or a file): nothing goes before {@link removeSome}. */
export function startRemoval(path: HostPath): Removal {
  const removal: Removal = { path, arena: makeArena(0), levels: [], mount: '', refused: null };
  const at = putPath(removal.arena, path, PART.path);
  if (at === 0) refuse(removal, 'openat', E.NAMETOOLONG);
  else
    enter(
      removal,
      AT_FDCWD,
      Buffer.from(removal.arena.bytes.subarray(PART.path, removal.arena.bytes.indexOf(0, PART.path) + 1)),
    );
  return removal;
}

/**
 * Goes on removing until the time (base/clock.ts) is over, give or take one chunk of entries.
 * @returns whether it came to its end
 */
export function removeSome(removal: Removal, until: number): boolean {
  for (;;) {
    const level = removal.levels.at(-1);
    if (level === undefined) return true;
    if (removal.refused !== null) closeAll(removal);
    else if (monotonicMs() > until) return false;
    else if (level.next < level.pending.length) enterNext(removal, level);
    else if (!removeChunk(removal, level)) leave(removal, level);
  }
}

/** What became of it, once {@link removeSome} said that it ended. */
export function removalResult({ path, refused }: Removal): Result<null> {
  if (refused === null) return ok(null);
  return fail(`remove ${path}`, {
    call: refused.call,
    errno: errnoName(refused.errno),
    hint: `look at it, and remove it by hand`,
  });
}

/** Stops a removal that was not finished; the rest stays. */
export function closeAll(removal: Removal): void {
  for (const level of removal.levels.splice(0)) if (level.fd >= 0) syscall('close', level.fd);
}

function refuse(removal: Removal, call: string, errno: number): void {
  removal.refused ??= { call: `${call}("${removal.path}", …)`, errno };
}

function putName({ arena }: Removal, name: Buffer): number {
  name.copy(arena.bytes, PART.path);
  return arena.address + PART.path;
}

function enter(removal: Removal, parent: number, name: Buffer): void {
  const { arena, levels } = removal;
  const fd = openForRemoval(removal, parent, putName(removal, name));
  if (fd === -E.NOENT) return;
  // No directory (or not any more): a file, or a link to one, which is not followed.
  if (fd === -E.NOTDIR || fd === -E.LOOP) {
    const gone = uninterrupted('unlinkat', parent, putName(removal, name), 0);
    if (gone < 0 && gone !== -E.NOENT) refuse(removal, 'unlinkat', -gone);
    return;
  }
  if (fd < 0) return refuse(removal, 'openat', -fd);
  levels.push({ name, fd, identity: statIdentity(arena), pending: EMPTY, next: 0, progress: false });
  const far = levels[levels.length - 1 - OPEN_LEVELS];
  if (far === undefined || far.fd < 0) return;
  syscall('close', far.fd);
  far.fd = -1;
}

/** Opens a directory of the same mount, so that it can be read and changed; its statx is in the arena. */
function openForRemoval(removal: Removal, parent: number, name: number): number {
  const { arena } = removal;
  let fd = uninterrupted('openat', parent, name, READ_DIRECTORY);
  if (fd === -E.ACCES && permit(removal, parent, name)) fd = uninterrupted('openat', parent, name, READ_DIRECTORY);
  if (fd < 0) return fd;
  statFd(arena, fd);
  if (removal.mount === '') removal.mount = statMount(arena);
  if (statMount(arena) !== removal.mount) {
    syscall('close', fd);
    return -E.XDEV;
  }
  if ((statMode(arena) & 0o700) !== 0o700) uninterrupted('fchmod', fd, 0o700);
  return fd;
}

/** Gives us the permissions on a directory of ours. Through O_PATH and /proc, as fchmodat(2) would follow a link put there meanwhile. */
function permit({ arena }: Removal, parent: number, name: number): boolean {
  const place = uninterrupted('openat', parent, name, PLACE | O_DIRECTORY);
  if (place < 0) return false;
  const itself = putPath(arena, `/proc/self/fd/${place}`, PART.link);
  const changed = statFd(arena, place) === 0 && statType(arena) === TYPE.directory;
  const result = changed ? uninterrupted('fchmodat', AT_FDCWD, itself, 0o700) : -E.NOTDIR;
  syscall('close', place);
  return result === 0;
}

function enterNext(removal: Removal, level: Level): void {
  const end = level.pending.indexOf(0, level.next) + 1;
  const name = level.pending.subarray(level.next, end);
  level.next = end;
  enter(removal, level.fd, name);
}

/** Removes the files of the next chunk and notes its directories; false at the end of the directory. */
function removeChunk(removal: Removal, level: Level): boolean {
  const { arena } = removal;
  const entries = readEntries(arena, level.fd);
  if (entries === null) return false;
  if (typeof entries === 'number') {
    refuse(removal, 'getdents64', -entries);
    return true;
  }
  const directories: Buffer[] = [];
  for (const { at, type } of entries) {
    const result = type === TYPE.directory ? -E.ISDIR : uninterrupted('unlinkat', level.fd, arena.address + at, 0);
    if (result === -E.ISDIR) directories.push(Buffer.from(arena.bytes.subarray(at, arena.bytes.indexOf(0, at) + 1)));
    else if (result < 0 && result !== -E.NOENT) refuse(removal, 'unlinkat', -result);
    else level.progress = true;
  }
  level.pending = Buffer.concat(directories);
  level.next = 0;
  return true;
}

function leave(removal: Removal, level: Level): void {
  const { levels } = removal;
  const parent = levels.at(-2);
  if (parent !== undefined && parent.fd < 0 && !reopen(removal, parent, level)) return;
  const result = uninterrupted('unlinkat', parent?.fd ?? AT_FDCWD, putName(removal, level.name), AT_REMOVEDIR);
  // Something came in meanwhile, or the file system lost its place: once more from the start, as long as that helps.
  if (result === -E.NOTEMPTY && level.progress) {
    level.progress = false;
    uninterrupted('lseek', level.fd, 0, SEEK_SET);
    return;
  }
  if (result < 0 && result !== -E.NOENT) return refuse(removal, 'unlinkat', -result);
  if (parent !== undefined) parent.progress = true;
  syscall('close', level.fd);
  levels.pop();
}

function reopen(removal: Removal, level: Level, child: Level): boolean {
  const { arena } = removal;
  const fd = uninterrupted('openat', child.fd, arena.address + PART.dotdot, READ_DIRECTORY);
  if (fd >= 0 && statFd(arena, fd) === 0 && statIdentity(arena) === level.identity) {
    level.fd = fd;
    return true;
  }
  refuse(removal, 'openat', fd < 0 ? -fd : E.STALE);
  if (fd >= 0) syscall('close', fd);
  return false;
}
