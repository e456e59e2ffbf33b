import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fakeMachine } from '../../../test/support/fake-machine.ts';
import { privilegedTools, sessionSpace, subordinateIds } from './files.ts';

const OWN = { uid: process.getuid?.() ?? 0 };

test('the room where a working copy would be made is told before it is made', () => {
  const machine = fakeMachine({ '/home/ada': null }, OWN);
  assert.match(sessionSpace(machine, ['/home/ada/.cache/x']).found, /^\/home\/ada\/\.cache\/x: .* free/);
});

test("somebody else's directory is no place", () => {
  const machine = fakeMachine({ '/tmp/theirs': null }, { uid: OWN.uid + 1 });
  assert.equal(sessionSpace(machine, ['/tmp/theirs']).state, 'broken');
  assert.match(sessionSpace(machine, ['/tmp/theirs', '/tmp/mine']).found, /^\/tmp\/mine: /);
});

function withPrograms(...names: readonly string[]): ReturnType<typeof fakeMachine> {
  const machine = fakeMachine({ '/usr/bin': null, '/proc/self/status': 'NoNewPrivs:\t0\n' });
  for (const name of names) {
    writeFileSync(join(machine.root, 'usr/bin', name), '');
    chmodSync(join(machine.root, 'usr/bin', name), 0o755);
  }
  return machine;
}

test('sudo, doas and run0 are looked for in PATH', () => {
  assert.equal(privilegedTools(withPrograms('doas', 'sudo')).found, 'sudo, doas');
  const none = privilegedTools(withPrograms());
  assert.deepEqual([none.state, none.found], ['warning', 'there is no sudo, doas or run0']);
  assert.match(privilegedTools({ ...withPrograms(), uid: 0 }).found, /root/);
});

test('no_new_privs makes set-id programs useless, but not run0', () => {
  const locked = (...names: readonly string[]): string => {
    const machine = withPrograms(...names);
    writeFileSync(join(machine.root, 'proc/self/status'), 'NoNewPrivs:\t1\n');
    return privilegedTools(machine).state;
  };
  assert.equal(locked('sudo', 'doas'), 'warning');
  assert.equal(locked('run0'), 'ok');
});

test('subordinate ids are told, by name and by number', () => {
  const machine = fakeMachine({ '/etc/subuid': 'ada:100000:65536\n1000:300000:10\nbob:1:1\n', '/etc/subgid': '' });
  assert.match(subordinateIds(machine).found, /^65546 users and 0 groups are yours, without newuidmap$/);
});
