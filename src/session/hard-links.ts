/**
 * Keeps hard links within the tree. The first copy of a file with several names gets one more name, a number, in a directory beside
 * the copy; later names are linked to that. So no path is needed that could be longer than PATH_MAX, and no descriptor is kept.
 */
import { rmdirSync } from 'node:fs';
import { fsPath, type HostPath } from '../base/path.ts';
import { syscall } from '../ffi/syscalls.ts';
import { type Arena, PART, putPath } from './arena.ts';
import { AT_FDCWD, E, READ_DIRECTORY } from './linux.ts';

export interface HardLinks {
  readonly path: HostPath;
  /** -1 until the first is needed. */
  directory: number;
  count: number;
  readonly known: Map<string, number>;
}

/** @param copy the tree that is made; `COPY.links` beside it is ours during the copy */
export function makeHardLinks(copy: HostPath): HardLinks {
  return { path: `${copy}.links` as HostPath, directory: -1, count: 0, known: new Map() };
}

/** Makes `name` one more link to the copy of the same file; -errno, ENOENT where no copy is known. */
export function linkKnown(links: HardLinks, arena: Arena, identity: string, directory: number, name: number): number {
  const number = links.known.get(identity);
  if (number === undefined) return -E.NOENT;
  return syscall('linkat', links.directory, putPath(arena, String(number), PART.path), directory, name);
}

/** Remembers the copy just made at `name`; 0 or -errno. */
export function rememberLink(
  links: HardLinks,
  arena: Arena,
  identity: string,
  directory: number,
  name: number,
): number {
  if (links.directory < 0) {
    const opened = openStaging(links, arena);
    if (opened < 0) return opened;
  }
  const number = links.count;
  const result = syscall('linkat', directory, name, links.directory, putPath(arena, String(number), PART.path));
  if (result < 0) return result;
  links.count += 1;
  links.known.set(identity, number);
  return 0;
}

function openStaging(links: HardLinks, arena: Arena): number {
  const path = putPath(arena, links.path, PART.path);
  if (path === 0) return -E.NAMETOOLONG;
  const made = syscall('mkdirat', AT_FDCWD, path, 0o700);
  if (made < 0) return made;
  links.directory = syscall('openat', AT_FDCWD, path, READ_DIRECTORY);
  return links.directory;
}

/** Takes the extra names away; the copies keep their own. */
export function dropHardLinks(links: HardLinks, arena: Arena): void {
  if (links.directory < 0) return;
  for (let number = 0; number < links.count; number += 1)
    syscall('unlinkat', links.directory, putPath(arena, String(number), PART.path), 0);
  syscall('close', links.directory);
  links.directory = -1;
  rmdirSync(fsPath(links.path));
}
