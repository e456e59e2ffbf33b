/** Which rung of the ladder a kept directory's working copy stands on (docs/decisions/0032-the-working-copy-is-a-ladder.md). */

import { lstatSync } from 'node:fs';
import { monotonicMs } from '../base/clock.ts';
import { fsPath, type HostPath } from '../base/path.ts';
import type { NotTaken, Rung } from '../sandbox/working-copy.ts';
import { endLook, type Look, type Looked, lookOn, type Owner, startLook } from './look.ts';
import { changeableBy } from './own-path.ts';
import { attributesRefused, sharingRefused } from './probe.ts';
import { knownRefusal } from './refusals.ts';
import { closeRootTree, openRootTree, type Refused, type RootTree } from './root-tree.ts';

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
  /** Where root mounts the overlay. */
  readonly tree: RootTree | null;
  /** A refusal that was not known yet; null where there is none, or a file system simply cannot do it. */
  readonly refusal: Refused | null;
}

/** About 10,000 entries. A full look at 200,000 takes 0.7 s (ext4, warm), which a start cannot spend. */
const BUDGET_MS = 40;
/** So many entries are looked at in any case: on a busy machine the time may be over before it was ours. They take some milliseconds. */
const AT_LEAST = 1000;
/** Long enough to come by a file in any tree that has files near its top. */
const SAMPLE_MS = 3;

/** Asks the tree and the place. A rung that was asked for is taken only where it can be: else the reason is in `notTaken`. */
export function chooseRung(questions: LadderQuestions): Choice {
  const { wanted } = questions;
  const rest = { look: null, tree: null, refusal: null };
  if (wanted === 'copy') return { rung: 'copy', notTaken: [], ...rest };
  const notTaken: NotTaken[] = [];
  let refusal: Refused | null = null;
  if (wanted !== 'reflink') {
    const overlay = overlayFor(questions);
    if ('look' in overlay) return { rung: 'overlay', notTaken, refusal, ...overlay };
    refusal = overlay.refusal ?? null;
    notTaken.push({ rung: 'overlay', why: overlay.why });
  }
  const refused = cloneRefused(questions);
  if (refused === null) return { ...rest, rung: 'reflink', notTaken, refusal };
  return { ...rest, rung: 'copy', notTaken: [...notTaken, { rung: 'reflink', why: refused }], refusal };
}

/** Closes what a choice holds open; what is closed already stays so. */
export function closeChoice({ look, tree }: Pick<Choice, 'look' | 'tree'>): void {
  if (look !== null) endLook(look);
  if (tree !== null) closeRootTree(tree);
}

const OWN = (): Owner => ({ uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 });

type Overlay = Pick<Choice, 'look' | 'tree'> | { readonly why: string; readonly refusal?: Refused | null };

/** Root mounts it where it may; all others, and root in a container, have it in the sandbox, over what is their own. */
function overlayFor(questions: LadderQuestions): Overlay {
  const why = atFirstSight(questions);
  if (why !== null) return { why };
  const { content, place, budgetMs = BUDGET_MS } = questions;
  const tree = OWN().uid === 0 ? rootTree(questions) : null;
  if (tree !== null && 'why' in tree && !isOwn(content)) return tree;
  const byRoot = tree !== null && !('why' in tree) ? tree : null;
  const inside = byRoot === null ? inSandbox(content, place) : null;
  if (inside !== null) return { why: inside };
  const look = lookAt(byRoot?.directory ?? content, byRoot?.owner ?? OWN(), budgetMs);
  const ofTree = typeof look === 'string' ? look : reasonIn(look.found, byRoot);
  if (ofTree === null && typeof look !== 'string') return { look, tree: byRoot };
  closeChoice({ look: typeof look === 'string' ? null : look, tree: byRoot });
  return { why: ofTree ?? '' };
}

/** Looks through the tree for so long; a string where it cannot be opened. */
function lookAt(tree: HostPath | number, owner: Owner | null, budgetMs: number): Look | string {
  const look = startLook(tree, owner);
  if (typeof look === 'string') return look;
  let ended = lookOn(look, monotonicMs() + budgetMs);
  while (!ended && look.found.entries < AT_LEAST) ended = lookOn(look, monotonicMs() + 1);
  return look;
}

/** What the top of the tree tells: the reason against any overlay. */
function atFirstSight({ content, place, keep, wanted }: LadderQuestions): string | null {
  const { uid } = OWN();
  const top = lstatSync(fsPath(content));
  if (top.uid !== uid && uid !== 0) return `the kept directory belongs to user ${top.uid}`;
  if (keep && wanted === null) return 'the copy is to be kept, so it must be whole';
  if (`${place}/`.startsWith(`${content}/`)) return 'the changes would be put in the kept directory itself';
  return knownRefusal(place, content, 'overlay');
}

function isOwn(content: HostPath): boolean {
  return lstatSync(fsPath(content)).uid === OWN().uid;
}

/** The tree as root has it, or why root cannot. */
function rootTree({
  content,
  place,
}: LadderQuestions): RootTree | { readonly why: string; readonly refusal: Refused | null } {
  const known = knownRefusal(place, content, 'ids') ?? attributesRefused(place, 'trusted');
  if (known !== null) return { why: known, refusal: null };
  const tree = openRootTree(content, OWN());
  if (!('errno' in tree)) return tree;
  const why = `files of another user cannot be shown as yours here: ${tree.call} = ${tree.errno}`;
  // EINVAL: the file system has no id-mapped mounts (mount_setattr(2)), which is nothing to be told of.
  return { why, refusal: tree.errno === 'EINVAL' || isOwn(content) ? null : tree };
}

/** The reason against an overlay that is mounted in the sandbox. */
function inSandbox(content: HostPath, place: HostPath): string | null {
  const changeable = changeableBy(content, OWN().uid);
  if (changeable !== null) return `others could put another directory in its place, as they may write to ${changeable}`;
  return attributesRefused(place, 'user');
}

/** What the entries tell: the reason against an overlay. */
function reasonIn({ foreign, closed, hidden, setId }: Looked, tree: RootTree | null): string | null {
  const named = (path: string): string => (path === '' ? 'its top' : path);
  if (foreign !== null)
    return tree === null || tree.ids < 0
      ? `${named(foreign)} is not yours (owner or group)`
      : `${named(foreign)} has another owner or group than its top`;
  if (closed !== null) return `${named(closed)} cannot be looked into`;
  if (hidden !== null) return `${named(hidden)} would not be shown by one (a mount, or a device 0:0)`;
  return setId !== null && tree !== null && tree.ids >= 0 ? `${setId} has a set-id bit, which would mean you` : null;
}

/** Whether files could share their blocks, tried with the first that comes. */
function cloneRefused({ content, place }: LadderQuestions): string | null {
  const look = lookAt(content, null, SAMPLE_MS);
  if (typeof look === 'string') return look;
  endLook(look);
  const { sample } = look.found;
  return sample === null ? 'no file was found to try it with' : sharingRefused(place, `${content}/${sample}`);
}
