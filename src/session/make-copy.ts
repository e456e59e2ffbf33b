/** Makes a session's working copy on the rung that was chosen. */
import { chmodSync, lstatSync, mkdirSync, utimesSync } from 'node:fs';
import { ok, type Result } from '../base/failure.ts';
import { fsPath, type HostPath } from '../base/path.ts';
import type { OverlayCopy } from '../sandbox/working-copy.ts';
import { type CopyOptions, copyTree } from './copy.ts';
import type { Choice } from './ladder.ts';
import { lookedSoFar } from './look.ts';
import { notWritten } from './place.ts';
import type { Session } from './session.ts';
import { placeNames, severalNames } from './several-names.ts';

/** @returns the session with its copy, and what was copied and skipped; on the overlay that is nothing */
export function makeCopy(
  session: Session,
  content: HostPath,
  choice: Choice,
  progress?: (files: number) => void,
): Result<Session> {
  if (choice.rung === 'overlay') return makeLayer(session, content, choice, progress);
  const report = copyTree(content, session.build, {
    share: choice.rung === 'reflink',
    ...(progress === undefined ? {} : { progress }),
  });
  if (!report.ok) return report;
  return ok({ ...session, report: report.value, copy: { rung: choice.rung, notTaken: choice.notTaken } });
}

/** The layer of changes is empty, but for files with several names; its top stands for the tree's own, so it looks like that. */
function makeLayer(
  session: Session,
  content: HostPath,
  { notTaken, look, tree }: Choice,
  progress: CopyOptions['progress'],
): Result<Session> {
  const names = namesToPlace({ look, tree });
  try {
    const top = lstatSync(fsPath(content));
    mkdirSync(fsPath(`${session.directory}/work`), { mode: 0o700 });
    if (names.length > 0) {
      const placed = placeNames(content, session.build, names, progress);
      if (!placed.ok) return placed;
    } else mkdirSync(fsPath(session.build), { mode: 0o700 });
    // Inside it is the caller's, who could write to a copy of it, too.
    chmodSync(fsPath(session.build), (top.mode & 0o1777) | 0o700);
    utimesSync(fsPath(session.build), top.atime, top.mtime);
  } catch (error) {
    return notWritten(`make a layer for the changes to ${content}`, error, session.directory);
  }
  const copy = overlayCopy(content, session.directory, { notTaken, look, tree });
  return ok({ ...session, copy });
}

/** Root's overlay keeps them itself. */
function namesToPlace({ look, tree }: Pick<Choice, 'look' | 'tree'>): readonly string[] {
  return tree !== null || look === null ? [] : severalNames(look.found);
}

/** An overlay as data. */
export function overlayCopy(
  lower: HostPath,
  session: HostPath,
  { notTaken, look, tree }: Pick<Choice, 'notTaken' | 'look' | 'tree'>,
): OverlayCopy {
  const byRoot = tree === null ? null : { owner: tree.owner, mapped: tree.ids >= 0, links: true };
  return {
    rung: 'overlay',
    lower,
    session,
    looked: lookedSoFar(look),
    placed: namesToPlace({ look, tree }).length,
    byRoot,
    notTaken,
  };
}
