/**
 * A kept directory as root can have it: mounted once more, with its owner's ids shown as root's own (mount_setattr(2), MOUNT_ATTR_IDMAP),
 * under an overlay that root mounts (docs/decisions/0065-root-mounts-the-overlay.md).
 */
import { closeSync, existsSync } from 'node:fs';
import { call, flags, num, sayCall, text } from '../base/call.ts';
import { errnoName } from '../base/errno.ts';
import { type Failure, fail, ok, type Result } from '../base/failure.ts';
import { fsPath, type HostPath } from '../base/path.ts';
import { runErrand } from '../ffi/errand.ts';
import { allocate } from '../ffi/memory.ts';
import type { Failed } from '../ffi/request.ts';
import { syscall } from '../ffi/syscalls.ts';
import { CLONE, MOUNT_ATTR, MOUNT_ATTR__ATIME, MOVE_MOUNT_F_EMPTY_PATH, MS, OPEN_TREE } from '../sandbox/kernel.ts';
import { opCalls } from '../sandbox/op.ts';
import { here } from '../sandbox/op-calls.ts';
import { mountAttr } from '../sandbox/structures.ts';
import { makeArena } from './arena.ts';
import { AT_EMPTY_PATH } from './linux.ts';
import type { Owner } from './look.ts';
import { openRoot } from './open-root.ts';
import { statFd, statOwner } from './stat.ts';

export interface RootTree {
  /** The directory itself, open: what is looked at, and what is mounted, whatever its path names meanwhile. */
  readonly directory: number;
  readonly owner: Owner;
  /** A user namespace that says whose ids become ours; -1 where they are ours. */
  readonly ids: number;
  /** Mounts that hang nowhere yet, one for each start that is to come. */
  readonly mounts: number[];
}

/** What the kernel did not do. */
export interface Refused {
  readonly call: string;
  readonly errno: string;
}

const { OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC } = OPEN_TREE;
const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOATIME, MOUNT_ATTR_IDMAP } = MOUNT_ATTR;
const CLOSED = MOUNT_ATTR_RDONLY + MOUNT_ATTR_NOSUID + MOUNT_ATTR_NODEV + MOUNT_ATTR_NOATIME;
const { MS_NOSUID, MS_NODEV } = MS;
/** `index` keeps hard links, `redirect_dir` lets directories be renamed; a user namespace may have neither. */
const OPTIONS = 'lowerdir=root,upperdir=build,workdir=work,index=on,redirect_dir=on,volatile';
/** A plan is run three times more at most: without what was remembered of the store, and with each place for its layer less (cli/on-store.ts). */
const STARTS = 4;

/** Opens the tree, and tries whether it can be mounted so. @param own the ids that the sandbox has outside */
export function openRootTree(content: HostPath, own: Owner): RootTree | Refused {
  const arena = makeArena(0);
  const directory = openRoot(arena, content);
  if (directory < 0) return refused(`openat2(${JSON.stringify(content)}, O_DIRECTORY)`, directory);
  statFd(arena, directory);
  const owner = statOwner(arena);
  const ids = owner.uid === own.uid && owner.gid === own.gid ? -1 : idsOf(owner, own);
  if (typeof ids !== 'number') {
    closeSync(directory);
    return ids;
  }
  const tree = { directory, owner, ids, mounts: [] };
  const tried = mountedOnceMore(tree);
  if (typeof tried === 'number') closeSync(tried);
  else closeRootTree(tree);
  return typeof tried === 'number' ? tree : tried;
}

/** Closes all of it; once. */
export function closeRootTree({ directory, ids, mounts }: RootTree): void {
  for (const fd of [directory, ids, ...mounts.splice(0)]) if (fd >= 0) closeSync(fd);
}

/**
 * The overlay, for one start: a descriptor of a mount that hangs nowhere yet, the tree's own. Its layers are the session's.
 * @returns whether files with several names stay such, too
 */
export function takeOverlay(
  tree: RootTree,
  session: HostPath,
): Result<{ readonly mount: number; readonly links: boolean }> {
  if (tree.mounts.length === 0) {
    const failure = mountOverlay(tree, session);
    if (failure !== null) return { ok: false, failure };
  }
  // Made by the kernel only where there is an index.
  const links = existsSync(fsPath(`${session}/work/index`));
  return ok({ mount: tree.mounts.at(-1) ?? -1, links });
}

/** A mount has its place now, and cannot get another one. */
export function dropOverlay({ mounts }: RootTree): void {
  const mount = mounts.pop();
  if (mount !== undefined) closeSync(mount);
}

/** In a mount namespace of a moment, where nothing of it is seen; what is left is descriptors. */
function mountOverlay(tree: RootTree, session: HostPath): Failure | null {
  const wanted = 'mount an overlay over the kept directory';
  const hint = '--copy=copy makes a copy instead';
  const lower = mountedOnceMore(tree);
  if (typeof lower !== 'number') return fail(wanted, { ...lower, hint }).failure;
  const calls = [
    ...opCalls({ kind: 'privateMounts' }, ''),
    call('move_mount', num(lower), text(''), here, text(`${session}/root`), flags({ MOVE_MOUNT_F_EMPTY_PATH })),
    call('chdir', text(session)),
    call('mount', text('overlay'), text('root'), text('overlay'), flags({ MS_NOSUID, MS_NODEV }), text(OPTIONS)),
    ...Array.from({ length: STARTS }, () =>
      call('open_tree', here, text('root'), flags({ OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC })),
    ),
  ];
  const results = runErrand(CLONE.CLONE_NEWNS, calls);
  closeSync(lower);
  if ('kind' in results) {
    const made = calls[results.index];
    const call = made === undefined ? errandCall(results, 'CLONE_NEWNS') : sayCall(made);
    return fail(wanted, { call, errno: errnoName(results.errno), hint }).failure;
  }
  tree.mounts.push(...results.slice(-STARTS));
  return null;
}

/** The tree as a mount of its own, closed for writing; its descriptor. */
function mountedOnceMore({ directory, ids }: RootTree): number | Refused {
  const memory = allocate(64);
  const path = memory.address + 56;
  const tree = syscall('open_tree', directory, path, OPEN_TREE_CLONE + OPEN_TREE_CLOEXEC + AT_EMPTY_PATH);
  if (tree < 0) return refused('open_tree(…, OPEN_TREE_CLONE)', tree);
  const set = ids < 0 ? CLOSED : CLOSED + MOUNT_ATTR_IDMAP;
  memory.bytes.set(mountAttr(set, MOUNT_ATTR__ATIME, Math.max(ids, 0)));
  const result = syscall('mount_setattr', tree, path, AT_EMPTY_PATH, memory.address, 32);
  if (result >= 0) return tree;
  closeSync(tree);
  return refused(`mount_setattr(…${ids < 0 ? '' : ', MOUNT_ATTR_IDMAP'})`, result);
}

/** A user namespace in which what belongs to `owner` on disk is `own`: only such a thing says the ids of a mount. */
function idsOf(owner: Owner, own: Owner): number | Refused {
  const map = (ids: 'uid' | 'gid'): { inner: number; outer: number } => ({ inner: owner[ids], outer: own[ids] });
  const calls = [
    ...opCalls({ kind: 'mapIds', uid: map('uid'), gid: map('gid') }, ''),
    call('openat', here, text('/proc/self/ns/user'), flags({ O_CLOEXEC: OPEN_TREE_CLOEXEC }), num(0)),
  ];
  const results = runErrand(CLONE.CLONE_NEWUSER, calls);
  if (!('kind' in results)) return results.at(-1) ?? -1;
  const made = calls[results.index];
  return refused(made === undefined ? errandCall(results, 'CLONE_NEWUSER') : sayCall(made), -results.errno);
}

function errandCall({ what }: Failed, flag: string): string {
  return what ?? `clone(${flag}|CLONE_FILES|…)`;
}

function refused(call: string, result: number): Refused {
  return { call, errno: errnoName(-result) };
}
