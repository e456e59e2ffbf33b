/** Opens a kept directory: what its path names now, and no other that a link leads to. */
import { uninterrupted } from '../ffi/syscalls.ts';
import { type Arena, PART, putPath } from './arena.ts';
import { AT_FDCWD, E, O_NOATIME, READ_DIRECTORY, RESOLVE_NO_SYMLINKS } from './linux.ts';

/** Without a trace where that is allowed. @param path canonical @returns a descriptor or -errno */
export function openRoot(arena: Arena, path: string): number {
  const at = putPath(arena, path, PART.path);
  if (at === 0) return -E.NAMETOOLONG;
  const fd = openNoLinks(arena, at, READ_DIRECTORY | O_NOATIME);
  return fd === -E.PERM ? openNoLinks(arena, at, READ_DIRECTORY) : fd;
}

/**
 * The path is canonical: a link on it was put there meanwhile, by somebody who may rename a directory above, to have another tree copied
 * (openat2(2), Linux 5.6).
 */
function openNoLinks(arena: Arena, path: number, flags: number): number {
  arena.words.fill(0, PART.link / 4, PART.link / 4 + 6);
  arena.words[PART.link / 4] = flags;
  arena.words[PART.link / 4 + 4] = RESOLVE_NO_SYMLINKS;
  const fd = uninterrupted('openat2', AT_FDCWD, path, arena.address + PART.link, 24);
  return fd === -E.NOSYS ? uninterrupted('openat', AT_FDCWD, path, flags) : fd;
}
