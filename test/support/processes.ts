/** The processes below one, as proc(5) tells of them: for the message of a test that waited in vain. */
import { readFileSync } from 'node:fs';

/** A process, its children and theirs, a line each: id, state, where in the kernel it waits, words. */
export function processesBelow(pid: number, depth = 0): readonly string[] {
  const state = /^State:\s+(\S)/m.exec(read(`/proc/${pid}/status`))?.[1];
  if (state === undefined) return [];
  const words = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 120);
  const line = `${'  '.repeat(depth)}${pid} ${state} ${read(`/proc/${pid}/wchan`)} ${words}`;
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ');
  return [line, ...children.flatMap(child => (child === '' ? [] : processesBelow(Number(child), depth + 1)))];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // It has ended.
  }
}
