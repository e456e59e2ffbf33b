/**
 * Many starts without one failure, on each supported Node, as root and as an ordinary user, while other threads make garbage. 50 each;
 * `npm run soak` makes 1,000 of it (NBS_STARTS).
 */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { flatSandbox } from '../support/flat.ts';
import { type Fact, missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { nodeOf, SUPPORTED, type SupportedNode } from '../support/nodes.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { asUser, programFor, runCommand } from '../support/program.ts';
import { smallBuild } from '../support/small-build.ts';
import { readableNode, runJob } from '../support/start-job.ts';

const STARTS = Number(process.env['NBS_STARTS'] ?? 50);
const USERS: readonly (readonly [name: string, fact: Fact, user: () => TestUser | null])[] = [
  ['root', 'root', () => null],
  ['an ordinary user', 'user', ordinaryUser],
];

/** A Node that is to be there is none to be skipped. */
function binary(major: SupportedNode): string {
  const found = nodeOf(major);
  assert.ok(found !== null);
  return found;
}

for (const major of SUPPORTED) {
  for (const [name, fact, user] of USERS) {
    const skip = missing(`node-${major}`, fact, 'user-namespaces', 'static-bash', 'static-busybox');
    describe(`Node ${major}, ${name}`, { skip }, () => {
      test(`${STARTS} starts in one process under garbage collection, none fails`, () => {
        const job = { base: flatSandbox(user()), command: ['true'], count: STARTS, load: true };
        const { stdout, stderr, status } = runJob(job, {
          user: user(),
          node: binary(major),
          timeoutMs: PATIENCE_MS + STARTS * 10_000,
        });
        assert.equal(stdout.toString(), `starts: ${STARTS} good\n`, stderr.toString());
        assert.equal(status, 0);
      });

      test('the whole program runs on it', () => {
        const { store, directory } = smallBuild();
        const node = readableNode(binary(major));
        const path = `${dirname(node)}:/usr/bin:/bin`;
        const words = asUser(user(), [programFor(user()), '--store', store, directory, 'bash', '-c', 'id -u; exit 9']);
        const { status, stdout, stderr } = runCommand(['env', `PATH=${path}`, ...words]);
        assert.equal(stderr.toString(), '');
        assert.equal(stdout.toString(), '1000\n');
        assert.equal(status, 9);
      });
    });
  }
}
