/** Copies one entry that is not a directory. The name lies in the arena (`at`), the directories are those of the frame. */
import { syscall, uninterrupted } from '../ffi/syscalls.ts';
import { nameAt, PART, PATH_SIZE } from './arena.ts';
import { copyContent } from './content.ts';
import {
  type Copying,
  endsCopy,
  type Frame,
  failedAt,
  keptMode,
  noteChanged,
  noteWhereChanged,
  openSource,
} from './copying.ts';
import { type HardLinks, linkKnown, rememberLink } from './hard-links.ts';
import { AT_SYMLINK_NOFOLLOW, E, NEW_FILE, READ_FILE, TYPE } from './linux.ts';
import {
  keepTimes,
  sameModification,
  statAllocated,
  statDevice,
  statFd,
  statIdentity,
  statLinks,
  statMode,
  statModifiedMs,
  statName,
  statOwner,
  statSize,
  statType,
  takeTimes,
} from './stat.ts';
import { copyAttributes } from './xattr.ts';

const RECENT_MS = 2000;

/** A regular file. What stands there may have changed since the directory was read: the open file says what it is. */
export function copyFile(copying: Copying, links: HardLinks, frame: Frame, at: number): void {
  const name = copying.arena.address + at;
  const source = openSource(frame, name, READ_FILE);
  if (source < 0) return failedAt(copying, at, TYPE.file, 'openat', source, 'read');
  copyOpened(copying, links, frame, at, source);
  syscall('close', source);
}

function copyOpened(copying: Copying, links: HardLinks, frame: Frame, at: number, source: number): void {
  const { arena, report } = copying;
  const name = arena.address + at;
  const asked = statFd(arena, source);
  if (asked < 0) return failedAt(copying, at, TYPE.file, 'statx', asked, 'read');
  if (statType(arena) !== TYPE.file) return changed(copying, at, TYPE.file);
  noteWhereChanged(copying, () => nameAt(arena, at));
  const identity = statLinks(arena) > 1 ? statIdentity(arena) : null;
  if (identity !== null) {
    // Where no link can be made (too many, a file system without them), the file is copied once more.
    if (linkKnown(links, arena, identity, frame.to, name) === 0) {
      report.files += 1;
      return;
    }
  }
  const size = statSize(arena);
  const allocated = statAllocated(arena);
  const mode = keptMode(statMode(arena), statOwner(arena), copying);
  // Asking each file once more would cost: only one that is being written about now is, or that takes a while.
  const again = size > arena.dataSize || statModifiedMs(arena) > copying.startedAtMs - RECENT_MS;
  takeTimes(arena);
  const target = uninterrupted('openat', frame.to, name, NEW_FILE, mode);
  if (target < 0) return failedAt(copying, at, TYPE.file, 'openat', target, 'write');
  const trouble = copyContent({ arena, from: source, to: target, offers: copying.offers }, size, allocated);
  if (trouble === null) {
    copyAttributes(arena, source, target, mode);
    // Writing takes set-id bits away, so they come last; all other bits are there since the file was made (umask 0).
    if ((mode & 0o6000) !== 0) uninterrupted('fchmod', target, mode);
    uninterrupted('utimensat', target, 0, arena.address + PART.times, 0);
  }
  syscall('close', target);
  if (trouble !== null) {
    uninterrupted('unlinkat', frame.to, name, 0);
    return failedAt(copying, at, TYPE.file, trouble.call, -trouble.errno, trouble.side);
  }
  report.files += 1;
  report.bytes += size;
  if (again && changedSince(copying, source, size)) noteChanged(copying, nameAt(arena, at));
  if (identity !== null) remember(copying, links, identity, frame, at);
}

/** A symbolic link, FIFO, socket or device: made anew, never opened. */
export function copyOther(copying: Copying, links: HardLinks, frame: Frame, at: number, type: number): void {
  const { arena } = copying;
  const name = arena.address + at;
  const asked = statName(arena, frame.from, name);
  if (asked < 0) return failedAt(copying, at, type, 'statx', asked, 'read');
  if (statType(arena) !== type) return changed(copying, at, type);
  noteWhereChanged(copying, () => nameAt(arena, at));
  const identity = statLinks(arena) > 1 ? statIdentity(arena) : null;
  takeTimes(arena);
  if (identity === null || linkKnown(links, arena, identity, frame.to, name) < 0) {
    if (!(type === TYPE.link ? makeLink(copying, frame, at) : makeNode(copying, frame, at, type))) return;
    uninterrupted('utimensat', frame.to, name, arena.address + PART.times, AT_SYMLINK_NOFOLLOW);
    if (identity !== null) remember(copying, links, identity, frame, at);
  }
  copying.report.others += 1;
}

function makeLink(copying: Copying, frame: Frame, at: number): boolean {
  const { arena } = copying;
  const target = arena.address + PART.link;
  const length = uninterrupted('readlinkat', frame.from, arena.address + at, target, PATH_SIZE);
  if (length < 0) failedAt(copying, at, TYPE.link, 'readlinkat', length, 'read');
  if (length < 0) return false;
  arena.bytes[PART.link + length] = 0;
  const made = uninterrupted('symlinkat', target, frame.to, arena.address + at);
  if (made < 0) failedAt(copying, at, TYPE.link, 'symlinkat', made, 'write');
  return made === 0;
}

function makeNode(copying: Copying, frame: Frame, at: number, type: number): boolean {
  const { arena } = copying;
  const mode = keptMode(statMode(arena), statOwner(arena), copying) | (type << 12);
  // A device needs a privilege that the caller most likely lacks: EPERM, and it is named as skipped.
  const made = uninterrupted('mknodat', frame.to, arena.address + at, mode, statDevice(arena));
  if (made < 0) failedAt(copying, at, type, 'mknodat', made, 'write');
  return made === 0;
}

function remember(copying: Copying, links: HardLinks, identity: string, frame: Frame, at: number): void {
  const result = rememberLink(links, copying.arena, identity, frame.to, copying.arena.address + at);
  // The file is there; only the lack of room, which ends the copy anyway, is worth telling.
  if (result < 0 && endsCopy(result)) failedAt(copying, at, TYPE.file, 'linkat', result, 'write');
}

/** Whether a file, of which `size` bytes were copied, is another one now. */
function changedSince({ arena }: Copying, source: number, size: number): boolean {
  const times = keepTimes(arena);
  return statFd(arena, source) === 0 && (statSize(arena) !== size || !sameModification(arena, times));
}

/** Another kind of file stands there now than when the directory was read. */
function changed(copying: Copying, at: number, type: number): void {
  failedAt(copying, at, type, 'openat', -E.STALE, 'read');
}
