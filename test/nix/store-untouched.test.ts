/** A store below `--store ROOT` that has no database is looked at, and nothing is made in it: nix-store would begin a new store there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { run } from '../support/program.ts';
import { smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';

test('show, plan, env and a run leave a store without a database as it is', {
  skip: missing('nix', 'static-bash', 'static-busybox', 'user-namespaces'),
}, () => {
  const build = smallBuild();
  const before = treeHash(build.store);
  for (const words of [['show'], ['plan'], ['env'], []]) {
    const { status, stderr } = run([
      ...words,
      '--store',
      build.store,
      build.directory,
      ...(words.length === 0 ? ['true'] : []),
    ]);
    assert.equal(status, 0, `${words.join(' ')}: ${stderr.toString()}`);
    assert.equal(treeHash(build.store), before, words.join(' '));
  }
});
