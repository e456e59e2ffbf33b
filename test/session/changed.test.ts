/** A directory that changes while it is copied is noticed: a copy that nothing is said of is what was there when it began. */
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostPath } from '../../src/base/path.ts';
import { copyTree } from '../../src/session/copy.ts';
import { until } from '../support/patience.ts';
import { scratchDirectory } from '../support/scratch.ts';

/** Later than `moment` by the clock of the file system, which is behind the other one by a tick or so. */
async function later(moment: number, top: string): Promise<void> {
  const asked = `${top}.clock`;
  await until('the clock of the file system goes on', () => {
    writeFileSync(asked, '');
    return statSync(asked).ctimeMs > moment + 1;
  });
}

/** What is copied another way. */
function tree(): string {
  const top = join(scratchDirectory('changing'), 'tree');
  mkdirSync(join(top, 'part/deep'), { recursive: true });
  writeFileSync(join(top, 'part/deep/small'), 'x');
  writeFileSync(join(top, 'part/deep/big'), Buffer.alloc(600_000, 7));
  symlinkSync('small', join(top, 'part/deep/link'));
  return top;
}

const CHANGES: Readonly<Record<string, readonly [change: (top: string) => void, named: string]>> = {
  'a file that is written to': [top => appendFileSync(join(top, 'part/deep/small'), 'more'), 'part/deep/small'],
  'a file that is opened to others': [top => chmodSync(join(top, 'part/deep/big'), 0o777), 'part/deep/big'],
  'a file that comes': [top => writeFileSync(join(top, 'part/deep/new'), ''), 'part/deep'],
  'a link that comes': [top => symlinkSync('x', join(top, 'part/new')), 'part'],
  'a file that goes': [top => rmSync(join(top, 'part/deep/link')), 'part/deep'],
  'a file of the top': [top => writeFileSync(join(top, 'new'), ''), '.'],
};

for (const [what, [change, named]] of Object.entries(CHANGES))
  test(`${what} after the copy began, and before it is met, is named`, async t => {
    const top = tree();
    const began = Date.now();
    await later(began, top);
    change(top);
    t.mock.method(Date, 'now', () => began);
    const copied = copyTree(hostPath(top), hostPath(`${top}.copy`));
    assert.equal(copied.ok ? copied.value.changed : copied.failure.errno, named);
  });

test('what was changed before the copy began is no change', () => {
  const top = tree();
  const copied = copyTree(hostPath(top), hostPath(`${top}.copy`));
  assert.equal(copied.ok ? copied.value.changed : copied.failure.errno, null);
  assert.equal(statSync(`${top}.copy/part/deep/big`).size, 600_000);
});
