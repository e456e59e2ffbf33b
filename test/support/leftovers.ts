/** What a run may have left behind: files of sessions, processes, mounts. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Everything that is left of runs whose sessions were in `sessions`: names in it, and processes that still see a mount of it. The
 * directory should be a test's own.
 */
export function leftovers(sessions: string): readonly string[] {
  return [
    ...namesIn(sessions),
    ...pids().flatMap(pid => (sees(pid, sessions) ? [`process ${pid}: ${commandOf(pid)}`] : [])),
  ];
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // It was never made.
  }
}

function pids(): readonly string[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name));
}

/** A mount of this path shows in the tables of all processes of its namespace: ours, where it got out. */
function sees(pid: string, path: string): boolean {
  return read(`/proc/${pid}/mountinfo`).includes(path);
}

function commandOf(pid: string): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // It ended, or is none of ours.
  }
}
