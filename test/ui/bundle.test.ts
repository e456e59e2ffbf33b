/** dist/ui.cjs as it is shipped: what it loads must be there for those who installed the package without its development half. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT, runCommand } from '../support/program.ts';

test('the bundle of the UI loads, and asks for no package that is not there', () => {
  const script = `console.log(typeof require(${JSON.stringify(join(PROJECT, 'dist/ui.cjs'))}).openUi)`;
  const { status, stdout, stderr } = runCommand([process.execPath, '-e', script]);
  assert.equal(stderr.toString(), '');
  assert.equal(stdout.toString(), 'function\n');
  assert.equal(status, 0);
});
