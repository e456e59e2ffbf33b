/** Whether the way to a directory can be changed by somebody else between look and use. */
import { lstatSync } from 'node:fs';
import { fsPath, type HostPath } from '../base/path.ts';

/**
 * The first directory on the way to `path` in which somebody else than the caller and root could put another thing in the place of the
 * next name; null where there is none. A sticky directory (/tmp) protects what it holds from all but the owner of that.
 * @param path canonical: no link is on the way
 */
export function changeableBy(path: HostPath, uid: number): string | null {
  const names = path.split('/').slice(1);
  let at = '';
  for (const name of names) {
    const above = lstatSync(fsPath(at === '' ? '/' : at));
    at += `/${name}`;
    const entry = lstatSync(fsPath(at));
    const mine = (owner: number): boolean => owner === uid || owner === 0;
    const writable = (above.mode & 0o022) !== 0;
    const sticky = (above.mode & 0o1000) !== 0;
    if (!mine(above.uid) || (writable && !(sticky && mine(entry.uid)))) return at.slice(0, at.lastIndexOf('/')) || '/';
  }
  return null;
}
