import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostPath } from '../../src/base/path.ts';
import { copyOutputs } from '../../src/session/outputs.ts';
import { scratchDirectory } from '../support/scratch.ts';

test('outputs are copied as they are, also one that is a file or a link: with their modes and times', () => {
  const from = scratchDirectory('outputs');
  mkdirSync(join(from, 'out/bin'), { recursive: true });
  writeFileSync(join(from, 'out/bin/half'), 'half\n', { mode: 0o555 });
  writeFileSync(join(from, 'file'), 'text\n');
  chmodSync(join(from, 'file'), 0o6751);
  symlinkSync('out/bin/half', join(from, 'link'));
  // To the nanosecond, as far as a number can say it.
  for (const [name, seconds] of [
    ['out/bin/half', 1000.25],
    ['out', 2000.5],
    ['file', 3000.125],
  ] as const)
    utimesSync(join(from, name), seconds, seconds);
  lutimesSync(join(from, 'link'), 1_700_000_000.5, 1_700_000_000.5);
  const to = hostPath(join(scratchDirectory('copies'), 'store'));
  assert.deepEqual(copyOutputs(hostPath(from), ['out', 'file', 'link'], to), {
    ok: true,
    value: { count: 0, first: [] },
  });
  assert.equal(lstatSync(to).mode & 0o7777, 0o1775);
  for (const name of ['out', 'out/bin/half', 'file', 'link']) {
    const [ours, theirs] = [to, from].map(top => lstatSync(join(top, name), { bigint: true }));
    assert.equal(ours?.mtimeNs, theirs?.mtimeNs, name);
    // Set-id bits would mean the caller.
    assert.equal(Number(ours?.mode), Number(theirs?.mode) & ~0o6000, name);
  }
  assert.equal(readlinkSync(join(to, 'link')), 'out/bin/half');
});
