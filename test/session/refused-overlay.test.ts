/** A security module that refuses overlays, and nothing else: the next rung is taken, which is said once. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { programFor } from '../support/program.ts';
import { smallBuild } from '../support/small-build.ts';
import { supervised, supervisor } from '../support/supervised.ts';
import { treeHash } from '../support/tree-hash.ts';
import { SIDES, sessionsFor } from '../support/watched.ts';

const skip = missing('cc', 'user-namespaces', 'static-bash', 'static-busybox');
const SCRIPT = "grep -c ' - overlay ' /proc/self/mountinfo; echo changed >>source/hello.c; tail -n1 source/hello.c";
const REFUSED = /mount\("overlay",.* = EACCES\): /;

for (const [name, user] of SIDES)
  test(`${name}: where overlays alone are refused, a copy is made, which is said once`, { skip }, () => {
    const { store, directory } = smallBuild();
    if (user !== null && process.getuid?.() === 0) execFileSync('chown', ['-hR', `${user.uid}:${user.gid}`, directory]);
    const before = treeHash(directory);
    const sessions = sessionsFor(user);
    const program = supervisor();
    const run = (...options: readonly string[]): ReturnType<typeof supervised> => {
      const command = [programFor(user), ...options, '--store', store, directory, 'bash', '-c', SCRIPT];
      return supervised([program, 'refuse', 'overlay', ...command], user, sessions);
    };
    const first = run();
    assert.equal(`${first.status}|${first.stdout}`, '0|0\nchanged\n');
    const lines = first.stderr.split('\n').slice(0, -1);
    assert.ok(lines.length > 0 && lines.length === first.answered, first.stderr);
    for (const line of lines) assert.match(line, REFUSED);
    assert.match(first.stderr, /a copy is made instead, and will be from now on\n/);
    const again = run();
    assert.deepEqual(again, { status: 0, stdout: '0\nchanged\n', stderr: '', answered: 0 });
    assert.match(
      run('--copy=overlay').stderr,
      /^nix-build-shell: cannot make the working copy with --copy=overlay: [^\n]+ EACCES [^\n]+\n$/,
    );
    assert.deepEqual(readdirSync(sessions), ['overlay-refused']);
    assert.equal(treeHash(directory), before);
  });
