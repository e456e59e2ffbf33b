/** What the tests of docs/security.md share: a build with a probe in it, and its sandbox. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { environmentFor, type Output, PROJECT, programFor, run, runCommand } from '../support/program.ts';
import { runDirectory } from '../support/run-directory.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';

/** Why the tests cannot run; false where they can. */
export const HERE = missing('user-namespaces', 'static-bash', 'static-busybox', 'cc');
export const AS_ROOT = HERE === false ? missing('root', 'user') : HERE;

/** Who uses the sandbox: ourselves, and where we are root an ordinary user, too. */
export const CALLERS: readonly TestUser[] = [
  ...(process.getuid?.() === 0 ? [{ name: 'root', uid: 0, gid: 0, home: '/root' }] : []),
  ...[ordinaryUser()].filter(user => user !== null),
];

export interface Case extends SmallBuild {
  /** A program that asks the kernel one thing (probe.c): on the host, and at `/build/probe`. */
  readonly probe: string;
  readonly sessions: string;
  /** The command in the sandbox, as the user. */
  readonly inside: (command: readonly string[], options?: readonly string[]) => Output;
  /** The command on the host, as the user: the check that what is refused inside is there to be had. */
  readonly outside: (command: readonly string[]) => Output;
}

/** Compiled once in a run. */
function probeProgram(): string {
  const program = join(runDirectory(), 'security-probe');
  if (existsSync(program)) return program;
  const unfinished = `${program}.${process.pid}`;
  execFileSync('cc', ['-w', '-static', '-o', unfinished, join(PROJECT, 'test/security/probe.c')]);
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, program);
  return program;
}

/** A small build of `owner` (null: as it was made), which `user` opens. */
export function caseOf(user: TestUser, owner: { readonly uid: number; readonly gid: number } | null = user): Case {
  const build = smallBuild();
  copyFileSync(probeProgram(), join(build.directory, 'probe'));
  const sessions = join(scratchDirectory('sessions'), 'sessions');
  mkdirSync(sessions, { mode: 0o700 });
  if (process.getuid?.() === 0) {
    execFileSync('chown', [`${user.uid}:${user.gid}`, sessions]);
    if (owner !== null) execFileSync('chown', ['-hR', `${owner.uid}:${owner.gid}`, build.directory]);
  }
  const env = { NIX_BUILD_SHELL_SESSIONS: sessions };
  return {
    ...build,
    probe: probeProgram(),
    sessions,
    inside: (command, options = []) =>
      run([...options, '--store', build.store, build.directory, ...command], { user, env }),
    outside: command => runCommand(command, { user, env }),
  };
}

/** What starts the program on the case, for a shell. */
export function program({ store, directory }: SmallBuild, user: TestUser): string {
  return `'${programFor(user)}' --store '${store}' '${directory}'`;
}

/** The environment in which {@link Case} runs it. */
export function environmentOf({ sessions }: Case, user: TestUser): NodeJS.ProcessEnv {
  return environmentFor(user, { NIX_BUILD_SHELL_SESSIONS: sessions });
}

/** What it printed, on both streams. */
export function printed({ stdout, stderr }: Output): string {
  return stdout.toString() + stderr.toString();
}
