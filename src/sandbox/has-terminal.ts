/** Whether the caller is at a terminal. */
import { fstatSync } from 'node:fs';
import type * as Terminals from 'node:tty';

/** Major numbers of character devices (Documentation/admin-guide/devices.txt): /dev/null and the like, and the terminals of pty(7). */
const MEMORY = 1;
const FIRST_PTY = 136;
const LAST_PTY = 143;

/** Whether a terminal is among the standard streams. */
export function hasTerminal(): boolean {
  return [0, 1, 2].some(isTerminal);
}

/** isatty(3). What its number tells already does not load Node's streams, which would be 4 ms of each start. */
function isTerminal(fd: number): boolean {
  const major = characterDevice(fd);
  if (major === null || major === MEMORY) return false;
  if (major >= FIRST_PTY && major <= LAST_PTY) return true;
  return (require('node:tty') as typeof Terminals).isatty(fd);
}

/** The device's major number (makedev(3)); null where the descriptor is none, or closed. */
function characterDevice(fd: number): number | null {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() ? (stats.rdev >>> 8) & 0xfff : null;
  } catch {
    return null;
  }
}
