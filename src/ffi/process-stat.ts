/** /proc/PID/stat (proc_pid_stat(5)). */
import { readFileSync } from 'node:fs';

/** Places of fields, counted from the one behind the process's name, which may hold anything. */
export const STAT = { parent: 1, group: 2, foreground: 5, startTime: 19 } as const;

/** The fields behind the name, by the places of {@link STAT}; none where there is no such process, or no /proc. */
export function statFields(pid: number | 'self'): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** The process group of this process, and that in the foreground of its terminal: -1 without a terminal; null without /proc. */
export function ownGroups(): { readonly own: number; readonly foreground: number } | null {
  const fields = statFields('self');
  if (fields.length === 0) return null;
  return { own: Number(fields[STAT.group]), foreground: Number(fields[STAT.foreground]) };
}
