/** The mounts that the caller sees: /proc/self/mountinfo (proc_pid_mountinfo(5)). */
import { type Machine, textOf } from './machine.ts';

export interface Mount {
  /** The mount point; bytes in a string (base/path.ts). */
  readonly at: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Every mount, the oldest first; empty where /proc is not there. */
export function mountsOf(machine: Machine): readonly Mount[] {
  const lines = (textOf(machine, '/proc/self/mountinfo') ?? '').split('\n');
  return lines.flatMap(line => {
    const words = line.split(' ');
    const [, , , , at, options] = words;
    const dash = words.indexOf('-', 6);
    if (at === undefined || options === undefined || dash < 0) return [];
    return [{ at: unescaped(at), type: words[dash + 1] ?? '', options: options.split(',') }];
  });
}

/** The mount that a path lies on: the last one made on the longest of the mount points above it. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let best: Mount | null = null;
  for (const mount of mounts) {
    const above = mount.at === '/' || path === mount.at || path.startsWith(`${mount.at}/`);
    if (above && (best === null || mount.at.length >= best.at.length)) best = mount;
  }
  return best;
}

/** Blanks, line ends and backslashes stand there as octal escapes. */
function unescaped(word: string): string {
  return word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
