/** Tests hold on a slow machine (docs/decisions/0075-tests-hold-on-a-slow-machine.md): no wait has a deadline of its own. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/** Where they are made. */
const OWN = ['test/support/patience.ts', 'test/waits.test.ts'];
const DEADLINES = /\b(?:Date|performance)\.now\(\) \+ [\d_]+\)?;|\btimeout(?:Ms)?: [\d_]+\b(?! \*)|\btries < \d/;

test('waits are those of test/support/patience.ts', () => {
  const files = ['src', 'test'].flatMap(room =>
    readdirSync(room, { recursive: true, encoding: 'utf8' }).map(name => join(room, name)),
  );
  const tests = files.filter(name => /^test\/.*\.tsx?$|\.test\.tsx?$/.test(name) && !OWN.includes(name));
  assert.ok(tests.length > 100);
  const found = tests.flatMap(name =>
    readFileSync(name, 'utf8')
      .split('\n')
      .flatMap((line, at) => (DEADLINES.test(line) ? [`${name}:${at + 1}: ${line.trim()}`] : [])),
  );
  assert.deepEqual(found, [], 'use until() or PATIENCE_MS');
});
