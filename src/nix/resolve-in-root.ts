/** Follows links as a process would whose root is another directory: those of a store below `--store ROOT` point to `/nix/store/…`. */
import { readlinkSync, type Stats } from 'node:fs';
import { fail, ok, type Result, systemError } from '../base/failure.ts';
import { fromBytes, fsPath, type HostPath, hostPath } from '../base/path.ts';
import { followPath } from './follow-path.ts';
import { lookAt } from './read-regular.ts';

export interface Resolved {
  /** The path without links, as seen below the root. */
  readonly inside: string;
  /** The same on the host. */
  readonly host: HostPath;
  readonly stats: Stats;
}

/**
 * @param root `''` for the host's own root, else a directory without a trailing `/`
 * @param path absolute, as seen below the root; `..` does not leave it
 */
export function resolveInRoot(root: string, path: string): Result<Resolved> {
  const wanted = `find ${root}${path}`;
  let refused: Result<never> | null = null;
  const { names, ended } = followPath(path, at => {
    const { stats, errno } = lookAt(root + at);
    if (stats?.isSymbolicLink() === false) return 'on';
    const link = stats === null ? null : readLink(root + at);
    if (link !== null) return { link };
    const call = `${stats === null ? 'lstat' : 'readlink'}("${root}${at}")`;
    refused = fail(wanted, { call, errno: errno ?? 'EINVAL' });
    return 'stop';
  });
  if (refused !== null) return refused;
  if (ended === 'circle') return fail(wanted, { call: `open("${root}${path}")`, errno: 'ELOOP' });
  const inside = `/${names.join('/')}`;
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
