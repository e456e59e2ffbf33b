/** A run that is watched: what must hold after each, whatever it was given. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { leftovers, newMark } from './leftovers.ts';
import { ordinaryUser, type TestUser } from './need.ts';
import { type Output, type RunOptions, run } from './program.ts';
import { scratchDirectory } from './scratch.ts';
import type { SmallBuild } from './small-build.ts';
import { treeHash } from './tree-hash.ts';

const root = process.getuid?.() === 0;

/** Who runs: root's tests cover the ordinary user as well. */
export const SIDES: readonly (readonly [name: string, user: TestUser | null])[] = root
  ? [
      ['root', null],
      ['an ordinary user', ordinaryUser()],
    ]
  : [['an ordinary user', null]];

/** Everything that a terminal acts on, but for the end of a line. */
export const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

/** An empty directory of the user's, for sessions. */
export function sessionsFor(user: TestUser | null): string {
  const sessions = join(scratchDirectory('sessions'), 'of');
  mkdirSync(sessions, { mode: 0o700 });
  if (user !== null && root) execFileSync('chown', [`${user.uid}:${user.gid}`, sessions]);
  return sessions;
}

/** Runs, and checks what holds after every run: DIR is as before, and nothing is left. */
export function watched(build: SmallBuild, args: readonly string[], options: RunOptions = {}): Output {
  const sessions = sessionsFor(options.user ?? null);
  const mark = newMark();
  const before = treeHash(build.directory);
  const env = { NIX_BUILD_SHELL_SESSIONS: sessions, ...options.env };
  const output = run(args, { ...options, before: mark.words, env });
  assert.equal(treeHash(build.directory), before, 'DIR was changed');
  assert.deepEqual(leftovers(sessions, mark), []);
  return output;
}

/** One line of ours on stderr, safe for a terminal, and nothing on stdout. */
export function isFailure({ status, stdout, stderr }: Output, wanted: number, line: RegExp): void {
  const text = stderr.toString();
  assert.match(text, /^nix-build-shell: [^\n]*\n$/);
  assert.doesNotMatch(text, RAW);
  assert.doesNotMatch(text, /internal error|\bat .*:\d+:\d+/);
  assert.match(text, line);
  assert.equal(stdout.toString(), '');
  assert.equal(status, wanted);
}
