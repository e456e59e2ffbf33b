/**
 * Sessions on disk: `<sessions>/<id>/{build,root}` with a lock file `<id>.lock` beside it. A session whose lock nobody holds was
 * left by a launcher that was killed, and is swept; one without a lock file was kept on purpose.
 */

import { chmodSync, closeSync, existsSync, mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { monotonicMs } from '../base/clock.ts';
import { fail, ok, type Result, systemError } from '../base/failure.ts';
import { fsPath, type HostPath, hostPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { takeLock } from './lock.ts';
import { PLACE_HINT, type PlaceEnvironment, sessionsDirectory } from './place.ts';
import { closeAll, removalResult, removeSome, removeTree, startRemoval } from './remove.ts';
import { forgetRunning } from './running.ts';
import type { Session } from './session.ts';

const held = new Map<string, number>();
const LOCK = '.lock';

/** A new session: its directory and its empty root; the working copy is still to be made. The lock is held until it is finished. */
export function createSession(environment: PlaceEnvironment): Result<Session> {
  // What is made here must be the caller's to use, whatever their umask takes away.
  process.umask(process.umask() & 0o077);
  const place = sessionsDirectory(environment);
  if (!place.ok) return place;
  const named = newDirectory(place.value);
  if (!named.ok) return named;
  const directory = named.value;
  const root = hostPath(`${directory}/root`);
  try {
    mkdirSync(fsPath(directory), { mode: 0o700 });
    mkdirSync(fsPath(root), { mode: 0o755 });
  } catch (error) {
    release(directory, removeTree(directory).ok);
    return fail(`make a session in ${place.value}`, {
      ...systemError(error),
      hint: PLACE_HINT,
    });
  }
  const report = { files: 0, directories: 0, others: 0, bytes: 0, skippedCount: 0, skipped: [], changed: null };
  const copy = { rung: 'copy', notTaken: [] } as const;
  return ok({
    version: 1,
    directory,
    build: hostPath(`${directory}/build`),
    root,
    store: hostPath(`${directory}/store`),
    report,
    copy,
  });
}

/** A name that is ours: its lock is held. Another launcher's sweep may hold it for a moment before we do: the next name is as good. */
function newDirectory(place: HostPath): Result<HostPath> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const id = `${Date.now().toString(36)}-${process.pid}${attempt === 0 ? '' : `-${attempt}`}`;
    const directory = hostPath(`${place}/${id}`);
    const lock = takeLock(directory + LOCK, true);
    if (!lock.ok) return fail(`make a session in ${place}`, { ...lock.failure, hint: PLACE_HINT });
    if (lock.value === null) continue;
    held.set(directory, lock.value);
    return ok(directory);
  }
  return fail(`make a session in ${place}`, { because: 'its lock is always held by another process' });
}

/** Ends a session: its files go, unless they are to be kept. */
export function finishSession(session: Session, { keep }: { readonly keep: boolean }): Result<null> {
  forgetRunning(session.directory);
  // What is kept is what was written.
  if (keep) tryTo(() => removeEmptyLayer(hostPath(`${session.directory}/store-work`), session.store));
  const removed = keep || removedEmpty(session) ? ok(null) : removeTree(session.directory);
  release(session.directory, removed.ok);
  return removed;
}

/** The usual end of an overlay whose command made nothing: a few empty directories, without a walk. @returns whether all is gone */
function removedEmpty({ directory, root, build, store, copy }: Session): boolean {
  if (copy.rung !== 'overlay') return false;
  try {
    rmdirSync(fsPath(build));
    removeMarks(`${directory}/work`, copy.byRoot?.links === true);
    removeEmptyLayer(hostPath(`${directory}/store-work`), store);
    for (const path of [root, `${directory}/work/work`, `${directory}/work`, directory]) rmdirSync(fsPath(path));
    return true;
  } catch {
    return false;
  }
}

/** The layer above the store; where it was in memory, only its place is there. */
function removeEmptyLayer(work: HostPath, layer: HostPath): void {
  if (!existsSync(fsPath(work))) return;
  if (existsSync(fsPath(`${work}/work`))) {
    rmdirSync(fsPath(layer));
    removeMarks(work, false);
    rmdirSync(fsPath(`${work}/work`));
  }
  rmdirSync(fsPath(work));
}

/** What the kernel leaves in the work directory: the mark of `volatile`, and the index of root's overlay (overlayfs.rst). */
function removeMarks(work: string, index: boolean): void {
  // They have no permissions at all.
  for (const path of ['work', 'work/incompat', 'work/incompat/volatile']) chmodSync(fsPath(`${work}/${path}`), 0o700);
  unlinkSync(fsPath(`${work}/work/incompat/volatile/dirty`));
  for (const path of ['work/incompat/volatile', 'work/incompat', ...(index ? ['index'] : [])])
    rmdirSync(fsPath(`${work}/${path}`));
}

/** @param finished whether nothing is left to do for a sweep: else the lock's file stays, which tells it so */
function release(directory: string, finished: boolean): void {
  const lock = held.get(directory);
  held.delete(directory);
  // Unlinked while it is held: whoever waits for it sees that its name is gone.
  if (finished) tryTo(() => unlinkSync(fsPath(directory + LOCK)));
  if (lock !== undefined) closeSync(lock);
}

function tryTo(action: () => void): void {
  try {
    action();
  } catch {
    // The next sweep tries again.
  }
}

/**
 * Removes what killed launchers left. Costs one listing where there is nothing to do, and at most `budgetMs` where there is: the rest
 * is left to the next start.
 * @returns how many sessions it came to
 */
export function sweepSessions(environment: PlaceEnvironment, budgetMs = 100): number {
  const place = sessionsDirectory(environment);
  if (!place.ok) return 0;
  const until = monotonicMs() + budgetMs;
  let swept = 0;
  for (const name of names(place.value)) {
    if (monotonicMs() > until) return swept;
    if (name.endsWith(LOCK) && sweep(hostPath(`${place.value}/${name.slice(0, -LOCK.length)}`), until)) swept += 1;
  }
  return swept;
}

function names(directory: HostPath): readonly string[] {
  try {
    return readdirSync(fsPath(directory));
  } catch {
    return [];
  }
}

/** @returns whether there was something to sweep, all or a part of it */
function sweep(directory: HostPath, until: number): boolean {
  if (held.has(directory)) return false;
  const lock = takeLock(directory + LOCK, false);
  if (!lock.ok || lock.value === null) return false;
  trace('copy', `sweeps ${directory}, which a killed launcher left`);
  const removal = startRemoval(directory);
  if (!removeSome(removal, until)) closeAll(removal);
  else if (removalResult(removal).ok) tryTo(() => unlinkSync(fsPath(directory + LOCK)));
  closeSync(lock.value);
  return true;
}
