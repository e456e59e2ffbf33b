/**
 * Whether CMD can be found inside, asked before the start: the shell, which executes it (S5), would say it in words such as `--: line 1:
 * exec: x: not found`, or in two lines. Where it is not certain that CMD is not there, the shell has the last word.
 */
import { EXIT, type Failure, fail } from '../base/failure.ts';
import { type EnvVars, envValue } from '../nix/env-vars.ts';
import type { Inside } from './look-inside.ts';
import type { Step } from './step.ts';

/** The sandbox in which CMD is looked for. */
export interface LookedIn {
  /** What stands at an absolute path. */
  readonly look: (path: string) => Inside;
  /** The directory in which CMD starts. */
  readonly start: string;
}

/**
 * Why CMD cannot be run; null where it can, or where that cannot be told: the file of the environment does more than to set variables, or
 * stdenv's setup will make another one.
 */
export function commandMissing(sandbox: LookedIn, env: EnvVars, words: readonly string[]): Failure | null {
  if (isLongOption(words[0])) return optionBehind(words[0]);
  if (env.source.kind !== 'file' || env.problems.length > 0) return null;
  // The shell's `exec` steps over it; other words that begin so are its options.
  const command = words[0] === '--' ? words[1] : words[0];
  if (command === undefined || command.startsWith('-')) return null;
  if (command === '')
    return fail('run CMD', { because: 'it is empty', hint: 'a program is wanted', status: EXIT.notFound }).failure;
  if (command.includes('/'))
    return refusal(sandbox, command, command.startsWith('/') ? command : `${sandbox.start}/${command}`);
  return notInPath(sandbox, envValue(env, 'PATH') ?? '', command);
}

/** The shell's `exec` has none of that form. */
function isLongOption(word: string | undefined): word is string {
  return word !== undefined && word.startsWith('--') && word !== '--';
}

function optionBehind(word: string): Failure {
  const hint = 'a command of that name is written behind --';
  return fail(`run ${word}`, { because: 'options come before DIR', hint, status: EXIT.usage }).failure;
}

/** Where a command of these steps starts. */
export function startOf(steps: readonly Step[]): string {
  const last = steps.findLast(({ op }) => op.kind === 'workingDirectory')?.op;
  return last?.kind === 'workingDirectory' ? last.at : '/';
}

const CANNOT_EXECUTE: Readonly<
  Partial<Record<Inside, { errno: string; because: string; status: number; hint: string }>>
> = {
  absent: {
    errno: 'ENOENT',
    because: 'there is no such file in the sandbox',
    status: EXIT.notFound,
    hint: "'nix-build-shell plan DIR' tells what is there, --bind shows more",
  },
  circle: {
    errno: 'ELOOP',
    because: 'its links lead in a circle',
    status: EXIT.notExecutable,
    hint: 'name a program',
  },
  directory: {
    errno: 'EACCES',
    because: 'it is a directory',
    status: EXIT.notExecutable,
    hint: 'name a program in it',
  },
  file: {
    errno: 'EACCES',
    because: 'it may not be executed',
    status: EXIT.notExecutable,
    hint: "a script is run by its shell (bash FILE), or after chmod: bash -c 'chmod +x FILE; FILE'",
  },
};

function refusal({ look }: LookedIn, command: string, path: string): Failure | null {
  const why = CANNOT_EXECUTE[look(path)];
  return why === undefined
    ? null
    : fail(`run ${command}`, { call: `execve(${JSON.stringify(command.includes('/') ? command : path)}, …)`, ...why })
        .failure;
}

/** As bash looks for it: the first program counts, else a file that may not be executed. */
function notInPath(sandbox: LookedIn, path: string, command: string): Failure | null {
  const directories = path.split(':');
  if (path === '' || directories.some(directory => !directory.startsWith('/'))) return null;
  let file: string | null = null;
  for (const directory of directories) {
    const found = sandbox.look(`${directory}/${command}`);
    if (found === 'program' || found === 'unknown') return null;
    if (found === 'file') file ??= `${directory}/${command}`;
  }
  if (file !== null) return refusal(sandbox, command, file);
  return fail(`run ${command}`, {
    because: "no directory of the build's PATH has it",
    hint: 'name it by its path (/nix/store/…/bin/NAME), or show its directory with --bind',
    status: EXIT.notFound,
  }).failure;
}
