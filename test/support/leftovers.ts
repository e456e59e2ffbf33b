/** What a run may have left behind: files of sessions, mounts, processes. */
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from './patience.ts';

/** A mark that every process of a run inherits, whatever it does: an odd limit, which nobody else has (getrlimit(2)). */
export interface Mark {
  /** For `before` of run() and start(). */
  readonly words: readonly string[];
  readonly limit: string;
}

/** A new mark: a soft limit of the bytes in POSIX message queues, which is 819200 everywhere. */
export function newMark(): Mark {
  // By chance: the other test file that runs now must not have the same.
  const limit = String(randomInt(1000, 800_000));
  return { words: ['prlimit', `--msgqueue=${limit}:`], limit };
}

/** Files in `sessions`, mounts of it that got out, and processes with the mark. The directory should be a test's own. */
export function leftovers(sessions: string, mark?: Mark): readonly string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...namesIn(sessions),
    ...mounts.filter(line => line.includes(sessions)).map(line => `mount ${line}`),
    ...(mark === undefined ? [] : processesWith(mark)),
  ];
}

/** The processes that still have the mark, after the kernel had all the time in the world to end them. */
export async function processesLeft(mark: Mark): Promise<readonly string[]> {
  for (const end = performance.now() + PATIENCE_MS; ; await sleep(20)) {
    const left = processesWith(mark);
    if (left.length === 0 || performance.now() > end) return left;
  }
}

/** The living processes that have the mark now. */
export function processesWith({ limit }: Mark): readonly string[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  const line = new RegExp(`^Max msgqueue size +${limit} `, 'm');
  return pids.flatMap(pid => {
    if (!line.test(read(`/proc/${pid}/limits`))) return [];
    const words = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    // Without words it is dead, and the machine's process 1 has not yet asked how: some take a second or two.
    return words === '' ? [] : [`process ${pid}: ${words}`];
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // It was never made.
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // It ended, or is none of ours.
  }
}
