import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Carrier, FileKind } from '../../src/ffi/request.ts';
import { flatSandbox } from '../support/flat.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { runJob } from '../support/start-job.ts';

const CARRIERS: readonly Carrier[] = ['memfd', 'anonymous', 'program'];
const FILES: readonly FileKind[] = ['memfd', 'unlinked'];
const SCRIPT = 'echo "$$"; exit 7';

const USERS: readonly (readonly [name: string, fact: 'root' | 'user', () => TestUser | null])[] = [
  ['root', 'root', () => null],
  ['an ordinary user', 'user', ordinaryUser],
];

for (const [name, fact, user] of USERS) {
  const skip = missing(fact, 'user-namespaces', 'static-bash', 'static-busybox');
  for (const carrier of CARRIERS) {
    for (const file of FILES) {
      test(`${name} starts by the carrier ${carrier}, init from ${file}`, { skip }, () => {
        const base = flatSandbox(user());
        const ways = { carriers: [carrier], files: [file] };
        const { status, stdout, stderr } = runJob({ base, ways, command: ['bash', '-c', SCRIPT] }, { user: user() });
        assert.equal(stderr.toString(), '');
        assert.equal(stdout.toString(), '2\n');
        assert.equal(status, 7);
      });
    }
  }
}
