/** Copies the directories on a copy's stack, with all below them. */
import type { HostPath } from '../base/path.ts';
import { makeArena, nameAt } from './arena.ts';
import { copyFile, copyOther } from './copy-entry.ts';
import { enterNext, leave } from './copy-walk.ts';
import { type Copying, currentPath, type Frame, failed, failedAt } from './copying.ts';
import { SHARED } from './crew.ts';
import { type Entry, readEntries } from './entries.ts';
import type { HardLinks } from './hard-links.ts';
import { TYPE } from './linux.ts';
import { statName, statType } from './stat.ts';

const DATA_BYTES = 256 * 1024;

/** The state of a copy that has not begun. @param shared the words that tell all threads of a copy to stop */
export function startCopying(
  from: HostPath,
  to: HostPath,
  share: boolean,
  shared: Int32Array | null,
  only: Copying['only'] = null,
): Copying {
  return {
    from,
    to,
    only,
    prefix: '',
    ownIdentity: '',
    arena: makeArena(DATA_BYTES),
    offers: { clone: share, range: true },
    report: { files: 0, directories: 0, others: 0, bytes: 0, skippedCount: 0, skipped: [], changed: null },
    frames: [],
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    // The clock counts whole milliseconds.
    startedAtMs: Date.now() + 1,
    shared,
    failure: null,
  };
}

/**
 * Depth first, without recursion: a tree may be thousands of directories deep.
 * @param entered called with each directory that was entered; true where somebody else copies it
 */
export function copyDirectory(
  copying: Copying,
  links: HardLinks,
  entered: (frame: Frame) => boolean = () => false,
): void {
  let fresh = true;
  for (;;) {
    const frame = copying.frames.at(-1);
    if (frame === undefined) return;
    if (fresh && !stopped(copying)) copyEntries(copying, links, frame);
    fresh = false;
    if (frame.next < frame.pending.length && !stopped(copying)) {
      fresh = enterNext(copying, frame);
      const next = fresh ? copying.frames.at(-1) : undefined;
      if (next !== undefined && entered(next)) {
        copying.frames.pop();
        fresh = false;
      }
    } else leave(copying);
  }
}

function stopped({ failure, shared }: Copying): boolean {
  return failure !== null || (shared !== null && Atomics.load(shared, SHARED.stop) === 1);
}

/** Copies all that is not a directory, and notes the names of the directories. */
function copyEntries(copying: Copying, links: HardLinks, frame: Frame): void {
  const { arena } = copying;
  const pending: Buffer[] = [];
  for (;;) {
    const entries = readEntries(arena, frame.from);
    if (entries === null) break;
    if (typeof entries === 'number') {
      failed(copying, '', TYPE.directory, 'getdents64', entries, 'read');
      break;
    }
    for (const entry of entries) {
      if (!isWanted(copying, entry)) continue;
      const type = entry.type === TYPE.unknown ? typeOf(copying, frame, entry) : entry.type;
      if (type === TYPE.directory)
        pending.push(Buffer.from(arena.bytes.subarray(entry.at, arena.bytes.indexOf(0, entry.at) + 1)));
      else if (type === TYPE.file) copyFile(copying, links, frame, entry.at);
      else if (type !== TYPE.unknown) copyOther(copying, links, frame, entry.at, type);
      if (copying.failure !== null) return;
    }
  }
  frame.pending = Buffer.concat(pending);
}

function isWanted(copying: Copying, { at }: Entry): boolean {
  return copying.only === null || copying.only.has(currentPath(copying) + nameAt(copying.arena, at));
}

/** The type, where the file system does not tell it with the name; `unknown` where it cannot be learnt (named as skipped). */
function typeOf(copying: Copying, frame: Frame, entry: Entry): number {
  const asked = statName(copying.arena, frame.from, copying.arena.address + entry.at);
  if (asked === 0) return statType(copying.arena);
  failedAt(copying, entry.at, TYPE.unknown, 'statx', asked, 'read');
  return TYPE.unknown;
}
