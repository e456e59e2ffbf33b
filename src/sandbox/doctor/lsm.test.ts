import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ALL_WORKS, fakeMachine, refused } from '../../../test/support/fake-machine.ts';
import { scratchDirectory } from '../../../test/support/scratch.ts';
import { appArmor, profileCommand, profileText, seLinux } from './lsm.ts';

const ENABLED = { '/sys/module/apparmor/parameters/enabled': 'Y\n' };
const UBUNTU = {
  ...ENABLED,
  '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n',
  '/proc/self/attr/current': 'unconfined\n',
};

for (const [step, errno] of [
  ['mapIds', 'EACCES'],
  ['mapIds', 'EPERM'],
  ['privateMounts', 'EACCES'],
  ['namespaces', 'EACCES'],
] as const) {
  test(`Ubuntu's AppArmor restriction is blamed for ${errno} at ${step}, with a profile for this Node`, () => {
    const answer = appArmor(fakeMachine(UBUNTU, { node: '/opt/my node/bin/node' }), refused(step, errno));
    assert.equal(answer.state, 'broken');
    assert.match(answer.mend ?? '', /profile nix-build-shell "\/opt\/my node\/bin\/node" flags=\(unconfined\)/);
    assert.match(answer.mend ?? '', /^sudo apparmor_parser -r \/etc\/apparmor\.d\/nix-build-shell$/m);
  });
}

test('the restriction is a warning to root, and fine for a Node with a profile of its own', () => {
  assert.equal(appArmor(fakeMachine(UBUNTU, { uid: 0 }), ALL_WORKS).state, 'warning');
  const own = { ...UBUNTU, '/proc/self/attr/current': 'nix-build-shell (unconfined)\n' };
  assert.equal(appArmor(fakeMachine(own), ALL_WORKS).state, 'ok');
  assert.equal(appArmor(fakeMachine({ ...UBUNTU, ...zero }), refused('mapIds', 'EACCES')).state, 'ok');
});
const zero = { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '0\n' };

test("a container's AppArmor profile is blamed for a refused mount, with the container's option", () => {
  const docker = { ...ENABLED, '/proc/self/attr/current': 'docker-default (enforce)\n', '/.dockerenv': '' };
  const answer = appArmor(fakeMachine(docker), refused('privateMounts', 'EACCES'));
  assert.equal(answer.state, 'broken');
  assert.match(answer.found, /docker-default/);
  assert.match(answer.mend ?? '', /--security-opt apparmor=unconfined/);
});

test('without AppArmor there is nothing to say', () => {
  assert.equal(appArmor(fakeMachine({}), refused('mapIds', 'EACCES')).state, 'ok');
});

test('the shown command writes exactly the profile, also when it is pasted with its indentation', () => {
  const directory = scratchDirectory('profile');
  const node = "/home/o'hara/.nvm/{v20}/bin/node";
  mkdirSync(join(directory, 'bin'));
  // A sudo that writes beside the real place, and takes any other command for done.
  const sudo = `#!/bin/sh\n[ "$1" = tee ] && exec cat >'${directory}/written'\nexit 0\n`;
  writeFileSync(join(directory, 'bin/sudo'), sudo);
  chmodSync(join(directory, 'bin/sudo'), 0o755);
  const pasted = profileCommand(node).replaceAll(/^/gm, '             ');
  const { status, stderr } = spawnSync('sh', ['-c', pasted], {
    env: { PATH: `${directory}/bin:/usr/bin:/bin` },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(readFileSync(join(directory, 'written'), 'utf8'), `${profileText(node)}\n`);
  assert.match(profileText(node), /o'hara\/\.nvm\/\\\{v20\\\}\/bin\/node/);
});

test('SELinux is blamed for EACCES only where it enforces', () => {
  const files = {
    '/sys/fs/selinux/enforce': '1',
    '/sys/fs/selinux/class/user_namespace/index': '90',
    '/proc/self/attr/current': 'user_u:user_r:user_t:s0\0',
  };
  const answer = seLinux(fakeMachine(files), refused('namespaces', 'EACCES'));
  assert.equal(answer.state, 'broken');
  assert.match(answer.found, /enforcing, with rules for user namespaces; this Node is user_u:user_r:user_t:s0$/);
  assert.equal(seLinux(fakeMachine(files), refused('namespaces', 'EPERM')).state, 'ok');
  assert.equal(
    seLinux(fakeMachine({ ...files, '/sys/fs/selinux/enforce': '0' }), refused('namespaces', 'EACCES')).state,
    'ok',
  );
  assert.equal(seLinux(fakeMachine({}), refused('namespaces', 'EACCES')).state, 'ok');
});
