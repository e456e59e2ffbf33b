/** Under sudo, the sandbox is that of the user who called it, where they may read the kept directory. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing, ordinaryUser } from '../support/need.ts';
import { type Output, programFor, run, runCommand, start } from '../support/program.ts';
import { smallBuild } from '../support/small-build.ts';
import { sessionsFor } from '../support/watched.ts';

const skip = missing('root', 'user', 'user-namespaces', 'static-bash', 'static-busybox');

/** As sudo starts it: as root, with the caller's ids in the environment, and root's home. */
function underSudo(args: readonly string[], more: Readonly<Record<string, string>> = {}): Output {
  const user = ordinaryUser();
  return runCommand([programFor(user), ...args], {
    env: { SUDO_UID: `${user?.uid}`, SUDO_GID: `${user?.gid}`, SUDO_USER: user?.name, HOME: '/root', ...more },
  });
}

const ids = ['cat', '/proc/self/uid_map', '/proc/self/gid_map'];
const numbers = ({ stdout }: Output): string => stdout.toString().replaceAll(/ +/g, ' ');

test('a directory that the caller of sudo may read is entered as that user', { skip }, () => {
  const user = ordinaryUser();
  const { store, directory } = smallBuild();
  const entered = underSudo(['--store', store, directory, ...ids]);
  assert.equal(numbers(entered), ` 1000 ${user?.uid} 1\n 100 ${user?.gid} 1\n`);
  assert.equal(
    entered.stderr.toString(),
    `nix-build-shell: acting for ${user?.name}, who called sudo and may read all of it\n`,
  );
  execFileSync('chown', ['-R', `${user?.uid}:${user?.gid}`, directory]);
  assert.match(underSudo(['plan', '--store', store, directory]).stdout.toString(), /under a layer that takes all/);
});

test('show, env, plan and log act for the caller of sudo as a run does', { skip }, () => {
  const user = ordinaryUser();
  const { store, directory } = smallBuild();
  for (const command of ['show', 'env', 'plan', 'log']) {
    const { stderr } = underSudo([command, '--store', store, directory]);
    assert.match(stderr.toString(), new RegExp(`^nix-build-shell: acting for ${user?.name}, who called sudo`), command);
  }
});

test('a sandbox of the caller of sudo is entered as that user, by its directory and by its process', {
  skip,
}, async t => {
  const user = ordinaryUser();
  const { store, directory } = smallBuild();
  const sessions = { NIX_BUILD_SHELL_SESSIONS: sessionsFor(user) };
  const script = 'echo ready; read -r line';
  const launcher = start(['--store', store, directory, 'bash', '-c', script], { user, env: sessions });
  t.after(() => launcher.kill('SIGKILL'));
  await once(launcher.stdout ?? launcher, 'data');
  for (const which of [directory, String(launcher.pid)]) {
    const { stdout, stderr } = underSudo(['enter', which, 'cat', '/proc/self/uid_map'], sessions);
    assert.equal(stdout.toString().replaceAll(/ +/g, ' '), ` 1000 ${user?.uid} 1\n`, stderr.toString());
  }
  launcher.stdin?.end('\n');
  await once(launcher, 'close');
});

test('a directory that only root may read is entered as root, which is said', { skip }, () => {
  const { store, directory } = smallBuild();
  const secret = join(directory, 'source/secret');
  writeFileSync(secret, 'for root\n', { mode: 0o600 });
  const entered = underSudo(['--store', store, directory, 'cat', '/proc/self/uid_map', 'source/secret']);
  assert.equal(numbers(entered), ' 1000 0 1\nfor root\n');
  assert.match(entered.stderr.toString(), /^nix-build-shell: acting as root, as \S+ may not read .*source\/secret\n$/);
  chmodSync(secret, 0o644);
  chmodSync(join(directory, '..'), 0o700);
  assert.match(
    underSudo(['--store', store, directory, 'true']).stderr.toString(),
    /acting as root, as \S+ may not read/,
  );
});

test('root without sudo is root, and nothing is said', { skip }, () => {
  const { store, directory } = smallBuild();
  const entered = run(['--store', store, directory, ...ids]);
  assert.equal(numbers(entered), ' 1000 0 1\n 100 0 1\n');
  assert.equal(entered.stderr.toString(), '');
});
