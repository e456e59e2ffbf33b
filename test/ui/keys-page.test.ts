import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEYS } from '../../src/ui/keys.ts';
import { keysPage } from '../support/keys-page.ts';
import { PROJECT } from '../support/program.ts';

const PAGE = join(PROJECT, 'docs/keys.md');

test('docs/keys.md is what the key table says', () => {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, keysPage());
  assert.equal(readFileSync(PAGE, 'utf8'), keysPage(), 'UPDATE_GOLDEN=1 npm test -- keys-page writes it');
});

test('every action is on the page', () => {
  const page = keysPage();
  assert.deepEqual(
    KEYS.filter(({ id }) => !page.includes(`\`${id}\``)).map(({ id }) => id),
    [],
  );
});
