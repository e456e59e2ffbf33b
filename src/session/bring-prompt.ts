/** Brings a bash with line editing into a sandbox that runs, and that was begun without: the entered prompt's. */
import { closeSync, constants, copyFileSync, fstatSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { type Failure, fail, ok, type Result, systemError } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';
import { hasEnded } from '../ffi/pidfd.ts';
import { type PromptShell, toolDirectory } from '../sandbox/host.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
const WANTED = 'bring a bash with line editing into the sandbox';

/**
 * Copies the files to where a prompt has them. Each directory on the way is opened by its own name and holds the next one, so that no link that
 * somebody inside lays leads out (open(2), O_NOFOLLOW); and only the sandbox's own memory is written to, not what was bound over its /tmp.
 * @param root `/proc/PID/root` of its process 1
 * @param file the prompt's start-up file
 * @param pidfd of that process: its number may be another's by now, but not after its root was opened while it ran
 */
export function bringPrompt(
  root: string,
  { binds }: PromptShell,
  file: { readonly at: string; readonly content: string },
  pidfd: number,
): Result<null> {
  const held: number[] = [];
  try {
    held.push(openSync(root, O_RDONLY | O_DIRECTORY));
    if (hasEnded(pidfd, 0)) return fail(WANTED, { because: 'it has ended' });
    for (const name of toolDirectory.split('/').slice(1)) held.push(openIn(held.at(-1) ?? -1, name));
    const [first = -1, last = -1] = [held[0], held.at(-1)];
    if (fstatSync(first).dev !== fstatSync(last).dev) return fail(WANTED, { because: 'its /tmp is a bind' });
    for (const { from, to } of binds) put(last, to, path => copyFileSync(fsPath(from), path, constants.COPYFILE_EXCL));
    put(last, file.at, path => writeFileSync(path, file.content, { flag: 'wx', mode: 0o644 }));
    return ok(null);
  } catch (error) {
    return failed(error);
  } finally {
    for (const fd of held) closeSync(fd);
  }
}

/** A directory in an open one; made where it is missing. */
function openIn(fd: number, name: string): number {
  const path = `/proc/self/fd/${fd}/${name}`;
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    if (systemError(error).errno !== 'EEXIST') throw error;
  }
  return openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

/** A whole file or none, also where another command is brought the same. */
function put(fd: number, to: string, write: (path: string) => void): void {
  const path = `/proc/self/fd/${fd}/${to.slice(to.lastIndexOf('/') + 1)}`;
  const unfinished = `${path}.${process.pid}`;
  write(unfinished);
  renameSync(unfinished, path);
}

function failed(error: unknown): { readonly ok: false; readonly failure: Failure } {
  return fail(WANTED, { call: 'copy its files', errno: systemError(error).errno });
}
