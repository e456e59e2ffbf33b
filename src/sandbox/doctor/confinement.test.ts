import assert from 'node:assert/strict';
import test from 'node:test';
import { ALL_WORKS, fakeMachine, refused } from '../../../test/support/fake-machine.ts';
import { callFilter, changedRoot, container, ownIds } from './confinement.ts';

const ROOT = '26 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n';
const PROC = '27 26 0:5 / /proc rw,nosuid - proc proc rw\n';

test('a root that is no mount point is a chroot, and blamed for EPERM', () => {
  const machine = fakeMachine({ '/proc/self/mountinfo': PROC });
  assert.equal(changedRoot(machine, refused('namespaces', 'EPERM')).state, 'broken');
  assert.equal(changedRoot(machine, ALL_WORKS).state, 'warning');
});

test('a root that is a mount point is taken for the real one', () => {
  const machine = fakeMachine({ '/proc/self/mountinfo': ROOT + PROC });
  assert.equal(changedRoot(machine, refused('namespaces', 'EPERM')).state, 'ok');
  assert.equal(changedRoot(fakeMachine({}), ALL_WORKS).state, 'unknown');
});

test('ids without a mapping are blamed for EPERM', () => {
  const maps = { '/proc/self/uid_map': '', '/proc/self/gid_map': '' };
  const answer = ownIds(fakeMachine(maps, { uid: 65534, gid: 65534 }), refused('namespaces', 'EPERM'));
  assert.equal(answer.state, 'broken');
  assert.match(answer.found, /without maps/);
  const other = { '/proc/self/uid_map': '  0 100000 1000\n', '/proc/self/gid_map': '  0 100000 65536\n' };
  assert.equal(ownIds(fakeMachine(other), refused('namespaces', 'EPERM')).state, 'broken');
  assert.equal(ownIds(fakeMachine(other, { uid: 999 }), ALL_WORKS).state, 'ok');
});

test('a filter that answers before the kernel does is blamed, with the options of a container', () => {
  const machine = fakeMachine({
    '/proc/self/status': 'Name:\tnode\nSeccomp:\t2\nSeccomp_filters:\t1\n',
    '/.dockerenv': '',
  });
  const answer = callFilter(machine, refused('namespaces', 'EPERM', { impossibleClone: 'EPERM' }));
  assert.equal(answer.state, 'broken');
  assert.match(answer.found, /a filter \(of Docker\?\): .*EPERM/);
  assert.match(answer.mend ?? '', /seccomp=unconfined/);
  assert.equal(callFilter(machine, ALL_WORKS).state, 'ok');
  assert.equal(callFilter(machine, refused('privateMounts', 'EPERM')).state, 'unknown');
  assert.equal(callFilter(fakeMachine({}), refused('namespaces', 'EPERM')).state, 'ok');
});

test('the kind of container is told by its files', () => {
  assert.equal(container(fakeMachine({ '/run/.containerenv': '' })).found, 'Podman');
  assert.equal(container(fakeMachine({ '/run/systemd/container': 'lxc\n' })).found, 'lxc');
  assert.equal(container(fakeMachine({})).state, 'ok');
});
