/** Which rung of the ladder a kept directory's working copy stands on (docs/decisions/0032-the-working-copy-is-a-ladder.md). */

import { appendFileSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { monotonicMs } from '../base/clock.ts';
import { systemError } from '../base/failure.ts';
import { fsPath, type HostPath, hostPath } from '../base/path.ts';
import type { NotTaken, Rung } from '../sandbox/working-copy.ts';
import { endLook, type Look, type Looked, lookOn, type Owner, startLook } from './look.ts';
import { changeableBy } from './own-path.ts';
import { attributesRefused, sharingRefused } from './probe.ts';

export interface LadderQuestions {
  /** The kept directory's content, canonical. */
  readonly content: HostPath;
  /** The sessions' directory, or, where it is not made yet, the next one above it. */
  readonly place: HostPath;
  /** `--copy=RUNG`; null: the best one. */
  readonly wanted: Rung | null;
  /** `--keep`: somebody will use the copy later, so it must be whole. */
  readonly keep: boolean;
  /** How long to look through the tree before the start. */
  readonly budgetMs?: number;
}

export interface Choice {
  readonly rung: Rung;
  readonly notTaken: readonly NotTaken[];
  /** What was looked at so far; on the overlay, looking may go on while the command runs. */
  readonly look: Look | null;
}

/** About 10,000 entries. A full look at 200,000 takes 0.7 s (ext4, warm), which a start cannot spend. */
const BUDGET_MS = 40;
/** Long enough to come by a file in any tree that has files near its top. */
const SAMPLE_MS = 3;
const REFUSED = 'overlay-refused';

/** Asks the tree and the place. A rung that was asked for is taken only where it can be: else the reason is in `notTaken`. */
export function chooseRung(questions: LadderQuestions): Choice {
  const { content, wanted, budgetMs = BUDGET_MS } = questions;
  if (wanted === 'copy') return { rung: 'copy', notTaken: [], look: null };
  const notTaken: NotTaken[] = [];
  if (wanted !== 'reflink') {
    const look = atFirstSight(questions) ?? lookAt(content, OWN(), budgetMs);
    const why = typeof look === 'string' ? look : (ofTree(look.found) ?? ofPlace(questions));
    if (why === null && typeof look !== 'string') return { rung: 'overlay', notTaken, look };
    if (typeof look !== 'string') endLook(look);
    notTaken.push({ rung: 'overlay', why: why ?? '' });
  }
  const refused = cloneRefused(questions);
  if (refused === null) return { rung: 'reflink', notTaken, look: null };
  return { rung: 'copy', notTaken: [...notTaken, { rung: 'reflink', why: refused }], look: null };
}

const OWN = (): Owner => ({ uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 });

/** Looks through the tree for so long; a string where it cannot be opened. */
function lookAt(content: HostPath, owner: Owner | null, budgetMs: number): Look | string {
  try {
    const look = startLook(content, owner);
    lookOn(look, monotonicMs() + budgetMs);
    return look;
  } catch (error) {
    const { call, errno } = systemError(error);
    return `${call} = ${errno}`;
  }
}

/** What the top of the tree, and the way to it, tell: the reason against an overlay. */
function atFirstSight({ content, place, keep, wanted }: LadderQuestions): string | null {
  const { uid } = OWN();
  const top = lstatSync(fsPath(content));
  if (top.uid !== uid) return `the kept directory belongs to user ${top.uid}`;
  if (keep && wanted === null) return 'the copy is to be kept, so it must be whole';
  const changeable = changeableBy(content, uid);
  if (changeable !== null) return `others could put another directory in its place, as they may write to ${changeable}`;
  if (`${place}/`.startsWith(`${content}/`)) return 'the changes would be put in the kept directory itself';
  return knownRefusal(place, content);
}

function ofTree({ foreign, linked, closed, whole }: Looked): string | null {
  if (foreign !== null) return `${foreign === '' ? 'its top' : foreign} is not yours (owner or group)`;
  if (closed !== null) return `${closed === '' ? 'its top' : closed} cannot be looked into`;
  // Where all was seen, the tree is small enough to be copied; else what an overlay does to links is among the differences.
  return linked !== null && whole ? `${linked} has several names (hard links), which an overlay would separate` : null;
}

function ofPlace({ place }: LadderQuestions): string | null {
  const refused = attributesRefused(place);
  return refused === null ? null : `the file system of ${place} has no user attributes: ${refused}`;
}

/** Whether files could share their blocks, tried with the first that comes. */
function cloneRefused({ content, place }: LadderQuestions): string | null {
  const look = lookAt(content, null, SAMPLE_MS);
  if (typeof look === 'string') return look;
  endLook(look);
  const { sample } = look.found;
  return sample === null ? 'no file was found to try it with' : sharingRefused(place, `${content}/${sample}`);
}

/** Refusals of the kernel that were met before: a line each, `KERNEL DEVICE ERRNO`. */
function knownRefusal(place: HostPath, content: HostPath): string | null {
  const key = refusalKey(content);
  let text: string;
  try {
    text = readFileSync(fsPath(`${place}/${REFUSED}`), 'utf8').slice(0, 10_000);
  } catch {
    return null;
  }
  const line = text.split('\n').find(known => known.startsWith(key));
  if (line === undefined) return null;
  const errno = /^E[A-Z0-9]+$/.exec(line.slice(key.length))?.[0] ?? 'an error';
  return `the kernel refused it here before, with ${errno} (remove ${place}/${REFUSED} to try again)`;
}

function refusalKey(content: HostPath): string {
  return `${release()} ${statSync(fsPath(content)).dev} `;
}

/** Remembers that the kernel refused an overlay over this directory's file system, so that it is not tried, and said, each time. */
export function rememberRefusal(place: HostPath, content: HostPath, errno: string): void {
  try {
    appendFileSync(fsPath(`${place}/${REFUSED}`), `${refusalKey(content)}${errno}\n`, { mode: 0o600 });
  } catch {
    // Then it is tried once more next time.
  }
}

/** The directory to ask where the sessions' own is not made yet: the next one above. */
export function nearestDirectory(path: HostPath): HostPath {
  for (let at: string = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    if (statSync(fsPath(at), { throwIfNoEntry: false })?.isDirectory() === true) return hostPath(at);
  }
  return hostPath('/');
}
