/** The working copy of a kept directory (S12): everything that the caller may carry over, and a name for what he may not. */

import { monotonicMs } from '../base/clock.ts';
import { type Failure, ok, type Result } from '../base/failure.ts';
import type { HostPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { syscall } from '../ffi/syscalls.ts';
import { copyDirectory, startCopying } from './copy-directory.ts';
import { enterRoot } from './copy-walk.ts';
import type { Copying, Frame } from './copying.ts';
import { type Crew, dismiss, filesOfCrew, handOver, hire } from './crew.ts';
import { dropHardLinks, type HardLinks, makeHardLinks, openStaging } from './hard-links.ts';
import { removeTree } from './remove.ts';
import type { CopyReport } from './session.ts';

export interface CopyOptions {
  /** Whether files may share their blocks with the copied ones, where the file system can do that. */
  readonly share?: boolean;
  /** Nothing but these paths, relative to the tree, and those of the directories above them; left out: everything. */
  readonly only?: ReadonlySet<string>;
  /** Called from time to time, once a copy takes longer than a second, with the number of files so far. */
  readonly progress?: (files: number) => void;
}

/** From so many files on, starting worker threads is worth it. */
const MANY_FILES = 2000;
const PROGRESS_AFTER_MS = 1000;
const PROGRESS_EVERY_MS = 100;

/**
 * Copies the tree `from` to `to`, which must not exist yet; its parent must, and belong to the caller alone.
 *
 * Kept: all file types, holes, hard links within the tree, links as they are, names as bytes, times (ns), `user.*` attributes, modes
 * (without set-id bits where the owner changes). What cannot be read or made is skipped, and named in the report (by path: the order of a
 * directory's entries is the file system's own). `from` is only read, through descriptors that
 * never follow a link and never block; where the caller owns it, not even access times change. A big tree is copied by several threads.
 * @returns a Failure where `from` itself cannot be read, or the copy's place is full or refuses; no half copy is left then
 */
export function copyTree(
  from: HostPath,
  to: HostPath,
  { share = true, only, progress }: CopyOptions = {},
): Result<CopyReport> {
  const copying = startCopying(from, to, share, null, only);
  const links = makeHardLinks(to);
  // Modes are given with the calls that make things, exactly. Nothing else runs meanwhile: the copy is synchronous.
  const umask = syscall('umask', 0);
  try {
    if (enterRoot(copying)) copyWithCrew(copying, links, progress);
    dropHardLinks(links);
  } finally {
    syscall('umask', umask);
  }
  if (copying.failure !== null) return givenUp(to, copying.failure);
  const { report } = copying;
  report.skipped.sort((one, other) => (one.path < other.path ? -1 : 1));
  trace('copy', `${report.files} files, ${report.directories} directories, ${report.skippedCount} skipped: ${to}`);
  return ok(report);
}

function givenUp(to: HostPath, failure: Failure): Result<CopyReport> {
  // What cannot be removed either stays for the next sweep; the first failure is the one to tell.
  removeTree(to);
  return { ok: false, failure };
}

function copyWithCrew(copying: Copying, links: HardLinks, progress: CopyOptions['progress']): void {
  let crew: Crew | null | undefined;
  let due = monotonicMs() + PROGRESS_AFTER_MS;
  const entered = (frame: Frame): boolean => {
    if (crew === undefined && copying.only === null && copying.report.files >= MANY_FILES) {
      crew = openStaging(links, copying.arena) < 0 ? null : hire(copying, links.directory);
      copying.shared = crew?.shared ?? null;
    }
    if (progress !== undefined && monotonicMs() > due) {
      progress(copying.report.files + (crew ? filesOfCrew(crew) : 0));
      due = monotonicMs() + PROGRESS_EVERY_MS;
    }
    return crew ? frame.leaf && handOver(crew, copying, frame) : false;
  };
  try {
    copyDirectory(copying, links, entered);
  } finally {
    if (crew) {
      dismiss(crew, copying);
      trace('copy', `${filesOfCrew(crew)} of the files were copied by ${crew.members.length} more threads`);
    }
  }
}
