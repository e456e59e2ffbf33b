import assert from 'node:assert/strict';
import test from 'node:test';
import { ALL_WORKS, fakeMachine, refused } from '../../../test/support/fake-machine.ts';
import { altSwitch, debianSwitch, kernelSupport, namespaceLimits } from './limits.ts';

const LIMITS = Object.fromEntries(
  ['user', 'mnt', 'pid', 'ipc', 'uts', 'net'].map(name => [`/proc/sys/user/max_${name}_namespaces`, '9000\n']),
);

for (const name of ['user', 'mnt', 'pid', 'ipc', 'uts', 'net']) {
  test(`user.max_${name}_namespaces = 0 is blamed for ENOSPC, with the sysctl that mends it`, () => {
    const machine = fakeMachine({ ...LIMITS, [`/proc/sys/user/max_${name}_namespaces`]: '0\n' });
    const answer = namespaceLimits(machine, refused('namespaces', 'ENOSPC'));
    assert.equal(answer.state, 'broken');
    assert.equal(answer.found, `user.max_${name}_namespaces is 0`);
    assert.match(answer.mend ?? '', new RegExp(`^sudo sysctl -w user.max_${name}_namespaces=15000$`, 'm'));
  });
}

test('a limit of 0 that did not refuse anything is a warning, not the end', () => {
  const machine = fakeMachine({ ...LIMITS, '/proc/sys/user/max_user_namespaces': '0' });
  assert.equal(namespaceLimits(machine, ALL_WORKS).state, 'warning');
  assert.equal(namespaceLimits(machine, refused('namespaces', 'EPERM')).state, 'warning');
});

test('ENOSPC with every limit above 0 is a limit that is reached', () => {
  const answer = namespaceLimits(fakeMachine(LIMITS), refused('namespaces', 'ENOSPC'));
  assert.equal(answer.state, 'broken');
  assert.match(answer.affects ?? '', /reached/);
});

test('namespaces nested too deeply are named', () => {
  assert.equal(namespaceLimits(fakeMachine(LIMITS), refused('namespaces', 'EUSERS')).state, 'broken');
});

test('limits that are high are fine, and limits that cannot be read are unknown', () => {
  assert.equal(namespaceLimits(fakeMachine(LIMITS), ALL_WORKS).state, 'ok');
  assert.equal(namespaceLimits(fakeMachine({}), ALL_WORKS).state, 'unknown');
});

test("Debian's kernel.unprivileged_userns_clone = 0 is blamed for EPERM", () => {
  const machine = fakeMachine({ '/proc/sys/kernel/unprivileged_userns_clone': '0\n' });
  const answer = debianSwitch(machine, refused('namespaces', 'EPERM'));
  assert.equal(answer.state, 'broken');
  assert.match(answer.mend ?? '', /^sudo sysctl -w kernel\.unprivileged_userns_clone=1$/m);
  assert.match(answer.mend ?? '', /^echo kernel\.unprivileged_userns_clone=1 \| sudo tee -a \/etc\/sysctl\.d\/\S+$/m);
  assert.equal(debianSwitch({ ...machine, uid: 0 }, ALL_WORKS).state, 'warning');
});

test("Debian's switch is fine at 1, and where there is none", () => {
  const on = fakeMachine({ '/proc/sys/kernel/unprivileged_userns_clone': '1\n' });
  assert.equal(debianSwitch(on, refused('namespaces', 'EPERM')).state, 'ok');
  assert.equal(debianSwitch(fakeMachine({}), refused('namespaces', 'EPERM')).state, 'ok');
});

test("ALT's kernel.userns_restrict is asked about only where it exists", () => {
  assert.equal(altSwitch(fakeMachine({}), ALL_WORKS), null);
  const machine = fakeMachine({ '/proc/sys/kernel/userns_restrict': '1\n' });
  assert.equal(altSwitch(machine, refused('namespaces', 'EPERM'))?.state, 'broken');
});

test('a kernel without user namespaces is named, and WSL 1 with the way out of it', () => {
  const some = Object.fromEntries(['mnt', 'pid', 'ipc', 'uts', 'net'].map(name => [`/proc/self/ns/${name}`, '']));
  const none = kernelSupport(fakeMachine(some));
  assert.equal(none.state, 'broken');
  assert.match(none.found, /no user namespaces/);
  assert.match(kernelSupport(fakeMachine(some, { kernel: '4.4.0-19041-Microsoft' })).mend ?? '', /set-version/);
  assert.equal(kernelSupport(fakeMachine({ ...some, '/proc/self/ns/user': '' })).state, 'ok');
  assert.equal(kernelSupport(fakeMachine({})).state, 'unknown');
});
