/** Follows links as a process would whose root is another directory: those of a store below `--store ROOT` point to `/nix/store/…`. */
import { readlinkSync, type Stats } from 'node:fs';
import { fail, ok, type Result, systemError } from '../base/failure.ts';
import { fromBytes, fsPath, type HostPath, hostPath } from '../base/path.ts';
import { lookAt } from './read-regular.ts';

export interface Resolved {
  /** The path without links, as seen below the root. */
  readonly inside: string;
  /** The same on the host. */
  readonly host: HostPath;
  readonly stats: Stats;
}

/** What path_resolution(7) allows. */
const MAX_LINKS = 40;

/**
 * @param root `''` for the host's own root, else a directory without a trailing `/`
 * @param path absolute, as seen below the root; `..` does not leave it
 */
export function resolveInRoot(root: string, path: string): Result<Resolved> {
  const wanted = `find ${root}${path}`;
  let done: string[] = [];
  const todo = path.split('/').reverse();
  let links = 0;
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done.pop();
      continue;
    }
    const at = `${root}/${[...done, name].join('/')}`;
    const { stats, errno } = lookAt(at);
    if (stats === null) return fail(wanted, { call: `lstat("${at}")`, errno });
    if (!stats.isSymbolicLink()) {
      done.push(name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return fail(wanted, { call: `open("${root}${path}")`, errno: 'ELOOP' });
    const target = readLink(at);
    if (target === null) return fail(wanted, { call: `readlink("${at}")`, errno: 'EINVAL' });
    if (target.startsWith('/')) done = [];
    todo.push(...target.split('/').reverse());
  }
  const inside = `/${done.join('/')}`;
  const { stats, errno } = lookAt(`${root}${inside}`);
  if (stats === null) return fail(wanted, { call: `lstat("${root}${inside}")`, errno });
  return ok({ inside, host: hostPath(`${root}${inside}`), stats });
}

function readLink(path: string): string | null {
  try {
    return fromBytes(readlinkSync(fsPath(path), 'buffer'));
  } catch (error) {
    systemError(error);
    return null;
  }
}
