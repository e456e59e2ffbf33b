/** Where the questions look: the machine's own files, or a tree that stands for them in a test. */
import { closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { fromBytes, fsPath } from '../../base/path.ts';

export interface Machine {
  /** Put before every path that is looked at: empty, or the root of a tree like the machine's. */
  readonly root: string;
  readonly uid: number;
  readonly gid: number;
  /** The caller's name for the commands that mend; null where /etc/passwd has none. */
  readonly user: string | null;
  /** The program that this process runs: Node, with no link on the way. */
  readonly node: string;
  /** `uname -r`. */
  readonly kernel: string;
  /** Where programs are looked for (`$PATH`, split). */
  readonly path: readonly string[];
}

const MOST = 4 * 1024 * 1024;

/** A file, at most 4 MB of it, without waiting for a writer; null where it cannot be read. */
function contentOf(path: string): Buffer | null {
  try {
    const fd = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      return readAll(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Files of /proc say that they are empty: they are read to their end. */
function readAll(fd: number): Buffer {
  const chunks: Buffer[] = [];
  for (let total = 0; total < MOST; ) {
    const chunk = Buffer.alloc(65_536);
    const size = readSync(fd, chunk, 0, chunk.length, null);
    if (size === 0) break;
    chunks.push(chunk.subarray(0, size));
    total += size;
  }
  return Buffer.concat(chunks);
}

/** The text of a file without the blanks around it, or null. */
export function textOf(machine: Machine, path: string): string | null {
  const content = contentOf(machine.root + path);
  return content === null ? null : fromBytes(content).trim();
}

/** The number that a file of /proc/sys or /sys holds; null where there is none. */
export function numberOf(machine: Machine, path: string): number | null {
  const text = textOf(machine, path);
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : null;
}

/** Whether there is something at the path. */
export function isThere(machine: Machine, path: string): boolean {
  return existsSync(fsPath(machine.root + path));
}

/** The value of a line `Name:\tvalue` of /proc/self/status (proc_pid_status(5)); null where there is none. */
export function statusLine(machine: Machine, name: string): string | null {
  const text = textOf(machine, '/proc/self/status') ?? '';
  return new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(text)?.[1] ?? null;
}

/** The name of a group in /etc/group (group(5)); null where it has none. */
export function groupName(machine: Machine, gid: number | null): string | null {
  const lines = (textOf(machine, '/etc/group') ?? '').split('\n').map(line => line.split(':'));
  return lines.find(words => words[2] === String(gid))?.[0] ?? null;
}
