/** The working copy of a kept directory (S12): everything that the caller may carry over, and a name for what he may not. */
import { type Failure, ok, type Result } from '../base/failure.ts';
import type { HostPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { syscall } from '../ffi/syscalls.ts';
import { makeArena } from './arena.ts';
import { copyFile, copyOther } from './copy-entry.ts';
import { enterNext, enterRoot, leave } from './copy-walk.ts';
import { type Copying, type Frame, failed, failedAt } from './copying.ts';
import { type Entry, readEntries } from './entries.ts';
import { dropHardLinks, type HardLinks, makeHardLinks } from './hard-links.ts';
import { TYPE } from './linux.ts';
import { removeTree } from './remove.ts';
import type { CopyReport } from './session.ts';
import { statName, statType } from './stat.ts';

const DATA_BYTES = 256 * 1024;

/**
 * Copies the tree `from` to `to`, which must not exist yet; its parent must, and belong to the caller alone.
 *
 * Kept: all file types, holes, hard links within the tree, links as they are, names as bytes, times (ns), `user.*` attributes, modes
 * (without set-id bits where the owner changes). What cannot be read or made is skipped, and named in the report. `from` is only read, through descriptors that
 * never follow a link and never block; where the caller owns it, not even access times change.
 * @param share whether files may share their blocks with the copied ones, where the file system can do that
 * @returns a Failure where `from` itself cannot be read, or the copy's place is full or refuses; no half copy is left then
 */
export function copyTree(
  from: HostPath,
  to: HostPath,
  { share }: { readonly share: boolean } = { share: true },
): Result<CopyReport> {
  const copying: Copying = {
    from,
    to,
    arena: makeArena(DATA_BYTES),
    offers: { clone: share, range: true },
    report: { files: 0, directories: 0, others: 0, bytes: 0, skippedCount: 0, skipped: [] },
    frames: [],
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    failure: null,
  };
  const links = makeHardLinks(to);
  // Modes are given with the calls that make things, exactly. Nothing else runs meanwhile: the copy is synchronous.
  const umask = syscall('umask', 0);
  try {
    if (enterRoot(copying)) walk(copying, links);
    while (copying.frames.length > 0) leave(copying);
    dropHardLinks(links, copying.arena);
  } finally {
    syscall('umask', umask);
  }
  if (copying.failure !== null) return givenUp(to, copying.failure);
  const { report } = copying;
  trace('copy', `${report.files} files, ${report.directories} directories, ${report.skippedCount} skipped: ${to}`);
  return ok(report);
}

function givenUp(to: HostPath, failure: Failure): Result<CopyReport> {
  // What cannot be removed either stays for the next sweep; the first failure is the one to tell.
  removeTree(to);
  return { ok: false, failure };
}

/** Depth first, without recursion: a tree may be thousands of directories deep. */
function walk(copying: Copying, links: HardLinks): void {
  let fresh = true;
  for (;;) {
    const frame = copying.frames.at(-1);
    if (frame === undefined || copying.failure !== null) return;
    if (fresh) copyEntries(copying, links, frame);
    fresh = false;
    if (frame.next < frame.pending.length) fresh = enterNext(copying, frame);
    else leave(copying);
  }
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

/** The type, where the file system does not tell it with the name; `unknown` where it cannot be learnt (named as skipped). */
function typeOf(copying: Copying, frame: Frame, entry: Entry): number {
  const asked = statName(copying.arena, frame.from, copying.arena.address + entry.at);
  if (asked === 0) return statType(copying.arena);
  failedAt(copying, entry.at, TYPE.unknown, 'statx', asked, 'read');
  return TYPE.unknown;
}
