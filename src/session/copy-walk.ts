/** Into a directory and out again. Two descriptors per level are open, for a bounded number of levels: the others come back through `..`. */
import { fromBytes } from '../base/path.ts';
import { syscall, uninterrupted } from '../ffi/syscalls.ts';
import { PART, putPath } from './arena.ts';
import {
  type Copying,
  copyFailure,
  type Frame,
  failed,
  keptMode,
  noteChanged,
  noteWhereChanged,
  openSource,
} from './copying.ts';
import { AT_FDCWD, E, READ_DIRECTORY, TYPE } from './linux.ts';
import { openRoot } from './open-root.ts';
import {
  keepTimes,
  sameModification,
  statFd,
  statIdentity,
  statLinks,
  statMode,
  statOwner,
  takeTimes,
} from './stat.ts';
import { copyAttributes } from './xattr.ts';

/** Levels whose descriptors stay open, besides the top one. */
const OPEN_LEVELS = 48;
const EMPTY = Buffer.alloc(0);

/** Opens the tree itself and makes its copy; false where that failed (said in `copying.failure`). */
export function enterRoot(copying: Copying): boolean {
  const { arena, from, to } = copying;
  const source = openRoot(arena, from);
  if (source < 0) {
    copying.failure = copyFailure(from, to, `openat(${JSON.stringify(from)}, O_DIRECTORY|O_NOFOLLOW)`, -source);
    return false;
  }
  const frame = makeFrame(copying, EMPTY, source, AT_FDCWD, putPath(arena, to, PART.path));
  if (typeof frame === 'number') {
    syscall('close', source);
    copying.failure = copyFailure(from, to, `mkdirat(${JSON.stringify(to)}, 0700)`, -frame);
    return false;
  }
  copying.ownIdentity = frame.toIdentity;
  copying.frames.push(frame);
  copying.report.directories += 1;
  return true;
}

/** The frame of an open source directory, its copy made at `name` of `parent`; -errno where that cannot be made. */
function makeFrame(copying: Copying, name: Buffer, source: number, parent: number, toName: number): Frame | number {
  const { arena } = copying;
  const asked = statFd(arena, source);
  if (asked < 0) return asked;
  noteWhereChanged(copying, () => fromBytes(name));
  const owner = statOwner(arena);
  const mode = keptMode(statMode(arena), owner, copying);
  const identity = statIdentity(arena);
  // Each subdirectory is a link; btrfs counts none.
  const leaf = statLinks(arena) === 2 || (statLinks(arena) === 1 && copying.frames.length > 1);
  // The copy lies in the tree: it would never end.
  if (identity === copying.ownIdentity) return -E.LOOP;
  takeTimes(arena);
  const times = keepTimes(arena);
  const made = uninterrupted('mkdirat', parent, toName, 0o700);
  if (made < 0) return made;
  const target = uninterrupted('openat', parent, toName, READ_DIRECTORY);
  if (target < 0) return target;
  statFd(arena, target);
  const toIdentity = statIdentity(arena);
  const noAtime = owner.uid === copying.uid || copying.uid === 0;
  return { name, from: source, to: target, identity, leaf, toIdentity, mode, times, pending: EMPTY, next: 0, noAtime };
}

/** Enters the next pending subdirectory of the frame; false where it was skipped. */
export function enterNext(copying: Copying, frame: Frame): boolean {
  const { arena } = copying;
  const end = frame.pending.indexOf(0, frame.next);
  const name = frame.pending.subarray(frame.next, end);
  frame.pending.copy(arena.bytes, PART.name, frame.next, end + 1);
  frame.next = end + 1;
  const source = frame.from < 0 ? -E.STALE : openSource(frame, arena.address + PART.name, READ_DIRECTORY);
  if (source < 0) {
    failed(copying, fromBytes(name), TYPE.directory, 'openat', source, 'read');
    return false;
  }
  const entered = makeFrame(copying, name, source, frame.to, arena.address + PART.name);
  if (typeof entered === 'number') {
    syscall('close', source);
    failed(copying, fromBytes(name), TYPE.directory, 'mkdirat', entered, 'write');
    return false;
  }
  copying.frames.push(entered);
  copying.report.directories += 1;
  const far = copying.frames.length - 1 - OPEN_LEVELS;
  // The tree itself stays open: a way back that no rename can take away.
  if (far > 0) closeFrame(copying.frames[far]);
  return true;
}

function closeFrame(frame: Frame | undefined): void {
  if (frame === undefined) return;
  if (frame.from >= 0) syscall('close', frame.from);
  if (frame.to >= 0) syscall('close', frame.to);
  frame.from = -1;
  frame.to = -1;
}

/** Ends the directory on top: its mode and times are set last, as its content changed them. */
export function leave(copying: Copying): void {
  const frame = copying.frames.pop();
  if (frame === undefined) return;
  const parent = copying.frames.at(-1);
  if (parent !== undefined && parent.to < 0) reopen(copying, parent, frame);
  const { arena } = copying;
  if (frame.from >= 0) {
    copyAttributes(arena, frame.from, frame.to, 0o700);
    if (statFd(arena, frame.from) === 0 && !sameModification(arena, frame.times))
      noteChanged(copying, copying.frames.length > 0 ? fromBytes(frame.name) : '');
  }
  if (frame.mode !== 0o700) uninterrupted('fchmod', frame.to, frame.mode);
  arena.words.set(frame.times, PART.times / 4);
  uninterrupted('utimensat', frame.to, 0, arena.address + PART.times, 0);
  closeFrame(frame);
}

/** Opens a closed frame again through its child, and makes sure that it is the same directory. */
function reopen(copying: Copying, frame: Frame, child: Frame): void {
  const { arena } = copying;
  const dotdot = arena.address + PART.dotdot;
  const opened = child.from < 0 ? -E.STALE : openSource(child, dotdot, READ_DIRECTORY);
  // Moved meanwhile: what is still pending in it is skipped, each by name.
  frame.from = isThe(copying, opened, frame.identity) ? opened : -1;
  const target = uninterrupted('openat', child.to, dotdot, READ_DIRECTORY);
  frame.to = isThe(copying, target, frame.toIdentity) ? target : -1;
  if (frame.to < 0) {
    const errno = target < 0 ? -target : E.STALE;
    copying.failure ??= copyFailure(copying.from, copying.to, 'openat("..")', errno);
  }
}

function isThe({ arena }: Copying, fd: number, identity: string): boolean {
  if (fd < 0) return false;
  if (statFd(arena, fd) === 0 && statIdentity(arena) === identity) return true;
  syscall('close', fd);
  return false;
}
