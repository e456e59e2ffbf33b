/** The state of one copy, and what a call that failed does to it: the entry is skipped by name, or the whole copy fails. */
import { errnoName } from '../base/errno.ts';
import { type Failure, fail } from '../base/failure.ts';
import { fromBytes, type HostPath } from '../base/path.ts';
import { uninterrupted } from '../ffi/syscalls.ts';
import { type Arena, nameAt } from './arena.ts';
import type { Offers } from './content.ts';
import { E, O_NOATIME, TYPE } from './linux.ts';
import type { CopyReport, Skipped } from './session.ts';
import { statChangedMs } from './stat.ts';

/** A directory that is being copied: its two descriptors, and what is left to do in it. */
export interface Frame {
  /** Its name in its parent. */
  readonly name: Buffer;
  /** -1 while closed (copy-walk.ts bounds how many are open) or lost. */
  from: number;
  to: number;
  /** To recognise it when it is opened again through `..`. */
  readonly identity: string;
  /** Most likely without subdirectories: a part of the work that is neither large nor uneven. */
  readonly leaf: boolean;
  readonly toIdentity: string;
  /** The final mode and times: set when its content is there. */
  readonly mode: number;
  readonly times: Uint32Array;
  /** The names of subdirectories still to be copied, each ended by NUL. */
  pending: Buffer;
  next: number;
  /** Whether O_NOATIME is worth trying in it: only for the owner's own files (open(2)). */
  noAtime: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface Copying {
  readonly from: HostPath;
  readonly to: HostPath;
  /** Nothing but these is copied, by their paths relative to the tree, directories on the way included; null: everything. */
  readonly only: ReadonlySet<string> | null;
  /** The path of the first directory of `frames`, relative to the tree and ended by `/`; '' for the tree itself. */
  prefix: string;
  /** To recognise the copy itself, should it lie in the tree; '' before it is made. */
  ownIdentity: string;
  readonly arena: Arena;
  readonly offers: Offers;
  readonly report: Writable<Omit<CopyReport, 'skipped'>> & { readonly skipped: Skipped[] };
  readonly frames: Frame[];
  /** Who makes the copy: set-id bits survive only where owner and group stay the same. */
  readonly uid: number;
  readonly gid: number;
  /** What was changed after this is not what was there when the copy began: the copy may be half old and half new. */
  startedAtMs: number;
  /** Where several threads copy: the words of crew.ts. */
  shared: Int32Array | null;
  /** The first failure; ends the copy. */
  failure: Failure | null;
}

const LISTED = 1000;
/** A copy that goes on after these would skip everything that follows. EIO counts only where we write. */
const FATAL: readonly number[] = [E.NOSPC, E.DQUOT, E.MFILE, E.NFILE, E.NOMEM, E.ROFS];
const KINDS: ReadonlyMap<number, Skipped['kind']> = new Map([
  [TYPE.fifo, 'fifo'],
  [TYPE.character, 'device'],
  [TYPE.block, 'device'],
  [TYPE.directory, 'directory'],
  [TYPE.file, 'file'],
  [TYPE.link, 'link'],
  [TYPE.socket, 'socket'],
]);

/** Whether everything after this -errno would fail as well. */
export function endsCopy(result: number): boolean {
  return FATAL.includes(-result);
}

/** The path of the directory on top of the stack, relative to the tree and ended by `/`; '' for the tree itself. */
export function currentPath(copying: Copying): string {
  const below = copying.frames.slice(1).map(frame => `${fromBytes(frame.name)}/`);
  return copying.prefix + below.join('');
}

/**
 * Takes note of a call that failed for the entry `name` of the current directory.
 * @param result the call's -errno
 * @param side whether the kept directory or the copy refused
 */
export function failed(
  copying: Copying,
  name: string,
  type: number,
  call: string,
  result: number,
  side: 'read' | 'write',
): void {
  if (endsCopy(result) || (side === 'write' && -result === E.IO)) {
    const path = `${side === 'write' ? copying.to : copying.from}/${currentPath(copying)}${name}`;
    copying.failure ??= copyFailure(copying.from, copying.to, `${call}(${JSON.stringify(path)})`, -result);
    return;
  }
  const { report } = copying;
  report.skippedCount += 1;
  if (report.skipped.length < LISTED)
    report.skipped.push({
      path: currentPath(copying) + name,
      kind: KINDS.get(type) ?? 'other',
      errno: errnoName(-result),
    });
}

/** As {@link failed}, with the name still in the arena. */
export function failedAt(
  copying: Copying,
  at: number,
  type: number,
  call: string,
  result: number,
  side: 'read' | 'write',
): void {
  failed(copying, nameAt(copying.arena, at), type, call, result, side);
}

/** The failure of a whole copy, with a hint for what can be done about this errno. */
export function copyFailure(from: HostPath, to: HostPath, call: string, errno: number): Failure {
  return fail(`make the working copy of ${from}`, { call, errno: errnoName(errno), hint: hintFor(errno, to) }).failure;
}

function hintFor(errno: number, to: HostPath): string | null {
  if (errno === E.NOSPC || errno === E.DQUOT || errno === E.ROFS || errno === E.IO)
    return `the copy is put in ${to}: make room there, or choose another place with NIX_BUILD_SHELL_SESSIONS=DIR (or XDG_CACHE_HOME)`;
  if (errno === E.NOMEM) return 'the machine is out of memory: end something else, and start again';
  if (errno === E.MFILE || errno === E.NFILE) return "raise the limit of open files ('ulimit -n'; 256 are enough)";
  return null;
}

/** Takes note of an entry of the current directory (''; the directory itself) that changed while it was copied: the first one is named. */
export function noteChanged(copying: Copying, name: string): void {
  copying.report.changed ??= (currentPath(copying) + name).replace(/\/$/, '') || '.';
}

/** As {@link noteChanged}, where what was asked about last (stat.ts) was changed since the copy began: by the time it is met, it is another one. */
export function noteWhereChanged(copying: Copying, name: () => string): void {
  if (statChangedMs(copying.arena) > copying.startedAtMs) noteChanged(copying, name());
}

/** Opens something of the kept directory without leaving a trace where that is allowed; a descriptor or -errno. */
export function openSource(frame: Frame, name: number, flags: number): number {
  if (frame.noAtime) {
    const fd = uninterrupted('openat', frame.from, name, flags | O_NOATIME);
    if (fd !== -E.PERM) return fd;
    frame.noAtime = false;
  }
  return uninterrupted('openat', frame.from, name, flags);
}

/** The mode that the copy gets: set-id bits would mean another owner or group than they did, so they go where that changed. */
export function keptMode(mode: number, owner: { uid: number; gid: number }, copying: Copying): number {
  const same = owner.uid === copying.uid && owner.gid === copying.gid;
  return same ? mode : mode & 0o1777;
}
