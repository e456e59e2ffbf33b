/** Directories of our own, the caller's alone. */
import { mkdirSync, statSync } from 'node:fs';
import { systemError } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';

/**
 * Makes a directory, mode 0700, and those above it, where they are missing. Not Node's `recursive`: that tries for ever where a file system
 * has no room for names, as /proc (it says ENOENT).
 * @throws the error of mkdir(2)
 */
export function makeDirectories(path: string): void {
  if (made(path, ['ENOENT'])) return;
  makeDirectories(path.slice(0, path.lastIndexOf('/')) || '/');
  made(path, []);
}

/** @returns false where it failed by one of the given errors */
function made(path: string, bearable: readonly string[]): boolean {
  try {
    mkdirSync(fsPath(path), { mode: 0o700 });
    return true;
  } catch (error) {
    const { errno } = systemError(error);
    // A link to a directory is as good; whose it is, the caller asks.
    if (errno === 'EEXIST' && statSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true) return true;
    if (path !== '/' && bearable.some(name => name === errno)) return false;
    throw error;
  }
}
