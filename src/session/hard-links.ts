/**
 * Keeps hard links within the tree. The first copy of a file with several names gets one more name, made of the file's identity, in a
 * directory beside the copy; later names are linked to that. So no path is needed that could be longer than PATH_MAX, no descriptor is
 * kept, and several threads need not agree: the directory is what they share.
 */
import { closeSync } from 'node:fs';
import { type HostPath, hostPath } from '../base/path.ts';
import { uninterrupted } from '../ffi/syscalls.ts';
import { type Arena, PART, putPath } from './arena.ts';
import { AT_FDCWD, E, READ_DIRECTORY } from './linux.ts';
import { removeTree } from './remove.ts';

export interface HardLinks {
  readonly path: HostPath;
  /** -1 until the first is needed. */
  directory: number;
}

/** @param copy the tree that is made; `COPY.links` beside it is ours during the copy */
export function makeHardLinks(copy: HostPath): HardLinks {
  return { path: hostPath(`${copy}.links`), directory: -1 };
}

/** Makes `name` one more link to the copy of the same file; -errno, ENOENT where no copy is known. */
export function linkKnown(links: HardLinks, arena: Arena, identity: string, directory: number, name: number): number {
  if (links.directory < 0) return -E.NOENT;
  return uninterrupted('linkat', links.directory, putPath(arena, identity, PART.path), directory, name);
}

/** Remembers the copy just made at `name`; 0 or -errno. */
export function rememberLink(
  links: HardLinks,
  arena: Arena,
  identity: string,
  directory: number,
  name: number,
): number {
  const opened = openStaging(links, arena);
  if (opened < 0) return opened;
  const known = putPath(arena, identity, PART.path);
  const result = uninterrupted('linkat', directory, name, links.directory, known);
  if (result !== -E.EXIST) return result;
  // Another thread copied it at the same time: its copy is the one that counts.
  const gone = uninterrupted('unlinkat', directory, name, 0);
  return gone < 0 ? gone : uninterrupted('linkat', links.directory, known, directory, name);
}

/** Makes the directory where that was not done yet; 0 or -errno. */
export function openStaging(links: HardLinks, arena: Arena): number {
  if (links.directory >= 0) return 0;
  const path = putPath(arena, links.path, PART.path);
  if (path === 0) return -E.NAMETOOLONG;
  const made = uninterrupted('mkdirat', AT_FDCWD, path, 0o700);
  if (made < 0) return made;
  links.directory = uninterrupted('openat', AT_FDCWD, path, READ_DIRECTORY);
  return Math.min(links.directory, 0);
}

/** Takes the extra names away; the copies keep their own. */
export function dropHardLinks(links: HardLinks): void {
  if (links.directory < 0) return;
  closeSync(links.directory);
  links.directory = -1;
  removeTree(links.path);
}
