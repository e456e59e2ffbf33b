/** The working directory, which may have any name, or have gone away. */
import { readlinkSync } from 'node:fs';
import { fromBytes } from '../base/path.ts';

const LINK = '/proc/self/cwd';

/**
 * The working directory as its bytes are; `process.cwd()` loses those that are not UTF-8, and throws where the directory was
 * removed: here it is named `… (deleted)` then (proc(5)), and what is looked for in it is not found.
 */
export function ownDirectory(): string {
  try {
    return fromBytes(readlinkSync(LINK, 'buffer'));
  } catch {
    return LINK; // without /proc nothing is found, and then said
  }
}

/** The path, absolute: a relative one is below the working directory. */
export function absolutePath(path: string): string {
  return path.startsWith('/') ? path : `${ownDirectory()}/${path}`;
}
