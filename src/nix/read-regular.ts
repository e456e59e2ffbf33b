/** Reads files that strangers may have laid out: never blocks, never follows a link unless asked, never reads without end. */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { fail, ok, type Result, systemError } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';

/** What stands at a path: its `lstat`, or the errno's name (`ENOENT`, `EACCES`). */
export type Looked = { readonly stats: Stats; readonly errno: null } | { readonly stats: null; readonly errno: string };

/** lstat(2): a link is not followed. */
export function lookAt(path: string): Looked {
  try {
    const stats = lstatSync(fsPath(path), { throwIfNoEntry: false });
    return stats === undefined ? { stats: null, errno: 'ENOENT' } : { stats, errno: null };
  } catch (error) {
    return { stats: null, errno: systemError(error).errno };
  }
}

/** access(2): whether the caller may do what `mode` asks (constants.R_OK and its like). */
export function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(fsPath(path), mode);
    return true;
  } catch {
    return false;
  }
}

/** Whether the path leads to a file that the caller may execute. */
export function isProgram(path: string): boolean {
  try {
    return mayAccess(path, constants.X_OK) && statSync(fsPath(path)).isFile();
  } catch {
    return false; // It has just gone away.
  }
}

/** What a thing is called that is not a regular file: `a FIFO`, `a symbolic link`. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return stats.isFile() ? 'a regular file' : 'a device';
}

export interface ReadOptions {
  /** A file that is longer is refused. */
  readonly maxBytes: number;
  /** Follow a symbolic link at the end of the path: for files of the system, not for those of a build. */
  readonly follow?: boolean;
}

/**
 * Opens a regular file for reading, as open(2) decides for the caller; the descriptor is the caller's to close.
 * O_NONBLOCK: a FIFO without a writer must not hold us; O_NOFOLLOW: ELOOP for a link.
 */
export function openRegularFile(path: string, follow = false): Result<{ readonly fd: number; readonly stats: Stats }> {
  const wanted = `read ${path}`;
  // Opening a device can do things (a tape winds back): look before, and again at what was opened.
  const looked = lookAt(path);
  if (looked.stats !== null && !looked.stats.isFile() && !(follow && looked.stats.isSymbolicLink()))
    return fail(wanted, { because: `it is ${kindOf(looked.stats)}, not a regular file` });
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | (follow ? 0 : constants.O_NOFOLLOW);
  let fd: number;
  try {
    fd = openQuietly(path, flags);
  } catch (error) {
    return fail(wanted, { call: `open("${path}", O_RDONLY)`, errno: systemError(error).errno });
  }
  const stats = fstatSync(fd);
  if (stats.isFile()) return ok({ fd, stats });
  closeSync(fd);
  return fail(wanted, { because: `it is ${kindOf(stats)}, not a regular file` });
}

/** Without a mark in its access time, where the file is the caller's (open(2), O_NOATIME). */
function openQuietly(path: string, flags: number): number {
  try {
    return openSync(fsPath(path), flags | constants.O_NOATIME);
  } catch (error) {
    if (systemError(error).errno !== 'EPERM') throw error;
    return openSync(fsPath(path), flags);
  }
}

/** The bytes of a regular file. Refuses other kinds of file and anything above `maxBytes`, also where it grows meanwhile. */
export function readRegularFile(path: string, options: ReadOptions): Result<Buffer> {
  const opened = openRegularFile(path, options.follow);
  if (!opened.ok) return opened;
  const { fd, stats } = opened.value;
  try {
    return readUpTo(fd, stats.size, path, options.maxBytes);
  } catch (error) {
    return fail(`read ${path}`, { call: `read("${path}")`, errno: systemError(error).errno });
  } finally {
    closeSync(fd);
  }
}

function readUpTo(fd: number, expected: number, path: string, maxBytes: number): Result<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  // One byte more than expected, so that the usual file is read in one call and its end seen by the next.
  let room = Math.min(expected, maxBytes) + 1;
  for (;;) {
    const chunk = Buffer.allocUnsafe(room);
    const got = readSync(fd, chunk, 0, room, null);
    if (got === 0) return ok(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    total += got;
    if (total > maxBytes)
      return fail(`read ${path}`, { because: `it has more than ${maxBytes} bytes, which is not believable` });
    chunks.push(chunk.subarray(0, got));
    room = 65_536;
  }
}
