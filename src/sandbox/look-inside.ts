/** What stands at a path of a sandbox: told from its plan and the host's files before it is made, or seen from outside while it runs. */
import { constants, readlinkSync } from 'node:fs';
import { fromBytes, fsPath } from '../base/path.ts';
import { followPath } from '../nix/follow-path.ts';
import { lookAt, mayAccess } from '../nix/read-regular.ts';
import type { Op, OpOf, SandboxPlan } from './step.ts';

/** `program` may be executed, `file` may not; `circle` is one of links; `unknown`: only the sandbox itself can tell. */
export type Inside = 'absent' | 'directory' | 'program' | 'file' | 'circle' | 'unknown';

type Found = Inside | { readonly link: string };

/** @param path absolute; links are followed as the sandbox will see them */
export function lookInside({ steps }: SandboxPlan, path: string): Inside {
  const ops = steps.map(({ op }) => op).reverse();
  return follow(path, place => at(ops, place));
}

/**
 * @param root where its root is seen: `/proc/PID/root` of one of its processes (proc_pid_root(5)); nothing there is opened
 * @param path as of {@link lookInside}
 */
export function lookInRunning(root: string, path: string): Inside {
  // Links of /proc are about who reads them.
  return follow(path, place => (below('/proc', place) === null ? onHost([root], place) : 'unknown') ?? 'unknown');
}

function follow(path: string, stands: (place: string) => Found): Inside {
  let found: Inside = 'directory';
  const { ended } = followPath(path, place => {
    if (found !== 'directory') {
      found = found === 'unknown' ? 'unknown' : 'absent';
      return 'stop';
    }
    const here = stands(place);
    if (typeof here !== 'string') return here;
    found = here;
    return 'on';
  });
  return ended === 'circle' ? 'circle' : found;
}

/** What the last step that has to do with the path makes of it. @param ops the last one first */
function at(ops: readonly Op[], path: string): Found {
  for (const op of ops) {
    const found = madeBy(op, path);
    if (found !== null) return found;
  }
  return 'absent';
}

/** Null where the operation has nothing to do with the path. */
function madeBy<K extends Op['kind']>(op: OpOf<K>, path: string): Found | null {
  return MAKES[op.kind as K]?.(op, path) ?? null;
}

const unknownAt = ({ at: place }: { readonly at: string }, path: string): Found | null =>
  below(place, path) === null ? null : 'unknown';

/** What the operations lay out, each by its kind; the others lay out nothing. */
const MAKES: { readonly [K in Op['kind']]?: (op: OpOf<K>, path: string) => Found | null } = {
  directory: (op, path) => (op.at === path ? 'directory' : null),
  link: (op, path) => (op.at === path ? { link: op.target } : null),
  file: (op, path) => (op.at === path ? ((op.mode & 0o111) === 0 ? 'file' : 'program') : null),
  device: (op, path) => (op.to === path ? 'file' : null),
  tmpfs: (op, path) => (below(op.at, path) === null ? null : op.at === path ? 'directory' : 'absent'),
  bind: (op, path) => (op.to === path && op.type === 'directory' ? 'directory' : onHost([op.from], below(op.to, path))),
  overlay: (op, path) => onHost([`${op.session}/build`, op.lower], below(op.at, path)),
  storePaths: (op, path) => inStore(op, below(op.at, path) ?? ''),
  storeLayer: (op, path) => (op.hidden.some(name => below(`${op.at}/${name}`, path) !== null) ? 'unknown' : null),
  bindInner: (op, path) => unknownAt({ at: op.to }, path),
  proc: unknownAt,
  devpts: unknownAt,
  mask: unknownAt,
};

function inStore({ from, entries }: OpOf<'storePaths'>, path: string): Found | null {
  const [, name = '', rest = ''] = /^\/([^/]+)(.*)$/s.exec(path) ?? [];
  const entry = entries.find(each => each.name === name);
  if (entry === undefined) return null;
  return entry.type === 'link' && rest === '' ? { link: entry.target } : onHost([`${from}/${name}`], rest);
}

/** The rest of the path where it is `top` or lies below it, beginning with `/`, or empty; else null. */
function below(top: string, path: string): string | null {
  if (path === top) return '';
  const prefix = top === '/' ? '' : top;
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : null;
}

/** @param layers the uppermost first */
function onHost(layers: readonly string[], rest: string | null): Found | null {
  if (rest === null) return null;
  for (const layer of layers) {
    const { stats, errno } = lookAt(layer + rest);
    if (stats === null && (errno === 'ENOENT' || errno === 'ENOTDIR')) continue;
    if (stats === null) return 'unknown';
    if (stats.isDirectory()) return 'directory';
    if (stats.isSymbolicLink()) return linkAt(layer + rest);
    return stats.isFile() && mayAccess(layer + rest, constants.X_OK) ? 'program' : 'file';
  }
  return 'absent';
}

function linkAt(path: string): Found {
  try {
    return { link: fromBytes(readlinkSync(fsPath(path), 'buffer')) };
  } catch {
    return 'unknown';
  }
}
