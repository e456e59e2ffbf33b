import assert from 'node:assert/strict';
import test from 'node:test';
import { ALL_WORKS, fakeMachine, refused } from '../../../test/support/fake-machine.ts';
import { deviceNodes, executableMemory, kernelVersion, kvm, mountLimit, overlay, terminals } from './kernel.ts';

test('a kernel without a needed call is too old, or none at all', () => {
  const lacks = refused('bind', 'ENOSYS', { missingCalls: ['mount_setattr'] });
  const old = kernelVersion(fakeMachine({}, { kernel: '5.10.0-1-amd64' }), lacks);
  assert.equal(old.state, 'broken');
  assert.match(old.affects ?? '', /Linux 5\.12 or newer is needed$/);
  assert.match(kernelVersion(fakeMachine({}, { kernel: '6.1.0' }), lacks).affects ?? '', /emulation or a filter/);
  assert.equal(kernelVersion(fakeMachine({}), ALL_WORKS).state, 'ok');
});

test('refused executable memory is blamed where the launch failed by it', () => {
  const both = { codePage: { memfd: 'EACCES', anonymous: 'EACCES' } };
  assert.equal(executableMemory(fakeMachine({}), refused('launch', 'EACCES', both)).state, 'broken');
  // A program of its own needs neither.
  const spare = { ...ALL_WORKS, ...both };
  assert.equal(executableMemory(fakeMachine({}), spare).state, 'ok');
  const forbidden = fakeMachine({ '/proc/sys/vm/memfd_noexec': '2\n' });
  assert.match(executableMemory(forbidden, refused('launch', 'EACCES', both)).mend ?? '', /vm\.memfd_noexec=1/);
});

test('a refused overlay is a warning, and unknown where nothing could be tried', () => {
  const trial = { step: 'tmpfs', say: 'an overlay', call: 'mount("overlay")', errno: 'ENODEV' } as const;
  assert.match(overlay(fakeMachine({}), { ...ALL_WORKS, overlay: trial }).mend ?? '', /modprobe overlay/);
  assert.equal(overlay(fakeMachine({}), { ...ALL_WORKS, overlay: { ...trial, errno: 'EPERM' } }).state, 'warning');
  assert.equal(overlay(fakeMachine({}), refused('namespaces', 'EPERM')).state, 'unknown');
});

test('terminals that run out are a warning', () => {
  const left = (nr: string): string =>
    terminals(
      fakeMachine({
        '/proc/sys/kernel/pty/max': '4096\n',
        '/proc/sys/kernel/pty/reserve': '1024\n',
        '/proc/sys/kernel/pty/nr': nr,
      }),
    ).state;
  assert.equal(left('3000\n'), 'ok');
  assert.equal(left('3071\n'), 'warning');
  assert.equal(terminals(fakeMachine({})).state, 'unknown');
});

test('a limit of mounts that is near is a warning', () => {
  const line = '26 1 8:1 / / rw - ext4 /dev/sda1 rw\n';
  const near = (max: string): string =>
    mountLimit(fakeMachine({ '/proc/sys/fs/mount-max': max, '/proc/self/mountinfo': line.repeat(100) })).state;
  assert.equal(near('100000\n'), 'ok');
  assert.equal(near('300\n'), 'warning');
});

test('device nodes that are missing are named; an ordinary file is none', () => {
  const answer = deviceNodes(fakeMachine({ '/dev/null': '' }));
  assert.equal(answer.state, 'warning');
  assert.match(answer.found, /\/dev\/null/);
});

test('a machine without kvm is no worse than the build was', () => {
  assert.equal(kvm(fakeMachine({ '/dev': null })).state, 'ok');
});
