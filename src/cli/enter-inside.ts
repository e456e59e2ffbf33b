/** What `enter` asks of the sandbox that runs before it goes in: whether CMD is there, and which bash the prompt has. */
import { EXIT, type Failure } from '../base/failure.ts';
import { hasEnded } from '../ffi/pidfd.ts';
import { parseEnvVars } from '../nix/parse-env-vars.ts';
import { readRegularFile } from '../nix/read-regular.ts';
import { commandMissing, startOf } from '../sandbox/command-there.ts';
import { lookInRunning } from '../sandbox/look-inside.ts';
import { carriedShell } from '../sandbox/prompt-shell.ts';
import { promptFile, promptOf } from '../sandbox/start.ts';
import { bringPrompt } from '../session/bring-prompt.ts';
import type { RunningSandbox } from '../session/running.ts';
import { say } from './say.ts';

/** Real ones have 10 to 200 kB. */
const MAX_ENVIRONMENT = 1024 * 1024;
const BUILD = '/build';

/**
 * Why CMD cannot be run in the sandbox (docs/decisions/0100-a-command-that-is-not-there.md): told from what is there now, its environment's file, too.
 * Null where it can, or where that cannot be told.
 * @param pidfd of its process 1
 */
export function missingInside(
  { init, entrance }: RunningSandbox,
  pidfd: number,
  command: readonly string[],
): Failure | null {
  const root = `/proc/${init.pid}/root`;
  const { file } = entrance.loader;
  const bytes = file === undefined ? null : readRegularFile(root + file, { maxBytes: MAX_ENVIRONMENT });
  if (file === undefined || bytes === null || !bytes.ok) return null;
  const look = (path: string) => lookInRunning(root, path);
  const begun = startOf(entrance.steps);
  const start = look(begun) === 'directory' ? begun : BUILD;
  const missing = commandMissing({ look, start }, parseEnvVars(bytes.value, { kind: 'file', path: file }), command);
  // What has ended holds nothing any more, and its number may be another's.
  if (missing === null || hasEnded(pidfd, 0)) return null;
  return missing.status === EXIT.notFound ? { ...missing, hint: HINT } : missing;
}

const HINT = 'name it by its path; a sandbox that is begun with --bind or --whole-store shows more';

/** The words of its interactive shell: where the sandbox was begun with a command, a bash with line editing is brought in. */
export function promptInside({ init, name, entrance }: RunningSandbox, pidfd: number): readonly string[] {
  if (entrance.editsLines !== false) return entrance.prompt;
  const carried = carriedShell();
  if (carried === null) return without(entrance.prompt, 'this machine has no other bash that could be brought in');
  const brought = bringPrompt(`/proc/${init.pid}/root`, carried, promptFile(name), pidfd);
  if (brought.ok) return promptOf(carried.command);
  const { call, errno, because } = brought.failure;
  return without(entrance.prompt, because ?? `${call ?? ''} = ${errno ?? ''}`);
}

function without(prompt: readonly string[], why: string): readonly string[] {
  say(`the prompt has no line editing: it is the bash of the build (${why})`);
  return prompt;
}
