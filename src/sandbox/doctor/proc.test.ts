import assert from 'node:assert/strict';
import test from 'node:test';
import { ALL_WORKS, fakeMachine, refused } from '../../../test/support/fake-machine.ts';
import { mountOf, mountsOf } from './mounts.ts';
import { maskedProc } from './proc.ts';

const LINES = ['26 1 8:1 / / rw - ext4 /dev/sda1 rw', '27 26 0:5 / /proc rw,nosuid shared:3 - proc proc rw'];
const machineWith = (...more: string[]) =>
  fakeMachine({ '/proc/self/mountinfo': `${[...LINES, ...more].join('\n')}\n` });
const MASK = '30 27 0:6 /null /proc/kcore rw - tmpfs tmpfs rw';
const EPERM = refused('proc', 'EPERM');

test("a container's masks over /proc are counted, named and blamed", () => {
  const machine = machineWith(
    MASK,
    '31 27 0:7 / /proc/acpi ro - tmpfs tmpfs ro',
    '32 27 0:5 /sys /proc/sys ro - proc proc rw',
  );
  const answer = maskedProc(machine, EPERM);
  assert.equal(answer.state, 'broken');
  assert.match(answer.found, /^3 .*\/proc\/kcore, \/proc\/acpi, \/proc\/sys$/);
  assert.match(answer.mend ?? '', /^sudo umount \/proc\/kcore$/m);
  const docker = fakeMachine({ '/proc/self/mountinfo': [...LINES, MASK].join('\n'), '/.dockerenv': '' });
  assert.match(maskedProc(docker, EPERM).mend ?? '', /systempaths=unconfined/);
});

test('a mount on a directory of /proc that is always empty hides nothing', () => {
  const machine = machineWith('33 27 0:30 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw');
  assert.equal(maskedProc(machine, ALL_WORKS).state, 'ok');
});

test('a read-only /proc, and none at all, are blamed for what the kernel says then', () => {
  const readOnly = fakeMachine({ '/proc/self/mountinfo': `${LINES[0]}\n27 26 0:5 / /proc ro - proc proc ro\n` });
  assert.equal(maskedProc(readOnly, refused('mapIds', 'EROFS')).state, 'broken');
  const none = fakeMachine({ '/proc/self/mountinfo': `${LINES[0]}\n` });
  assert.equal(maskedProc(none, refused('mapIds', 'ENOENT')).state, 'broken');
});

test('another whole procfs is enough', () => {
  const machine = machineWith(MASK, '40 26 0:5 / /mnt/proc rw - proc proc rw');
  assert.equal(maskedProc(machine, ALL_WORKS).state, 'ok');
  assert.equal(maskedProc(machineWith(MASK), ALL_WORKS).state, 'warning');
});

test('mount points with blanks are read, and the mount of a path is the last and deepest', () => {
  const mounts = mountsOf(
    machineWith('34 26 0:31 / /mnt/a\\040b rw,noexec - tmpfs t rw', '35 34 0:32 / /mnt/a\\040b rw - tmpfs t rw'),
  );
  assert.equal(mounts[2]?.at, '/mnt/a b');
  assert.equal(mountOf(mounts, '/mnt/a b/c')?.options.includes('noexec'), false);
  assert.equal(mountOf(mounts, '/mnt/a bc')?.at, '/');
});
