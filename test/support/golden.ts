/** Golden files: what a test expects, as text that is reviewed like code. `UPDATE_GOLDEN=1` writes them; CI refuses to. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT } from './program.ts';

const update = (process.env['UPDATE_GOLDEN'] ?? '') !== '';

/**
 * Compares with `test/golden/NAME`.
 * @throws AssertionError where the text differs, or where CI is asked to write it
 */
export function matchesGolden(name: string, text: string): void {
  const path = join(PROJECT, 'test/golden', name);
  if (update) {
    assert.notEqual(process.env['CI'], 'true', 'CI does not write golden files: write them, look at them, commit them');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  assert.ok(existsSync(path), `${path} is not there: UPDATE_GOLDEN=1 npm test -- golden`);
  assert.equal(text, readFileSync(path, 'utf8'), `${name} differs; UPDATE_GOLDEN=1 npm test -- golden accepts it`);
}
