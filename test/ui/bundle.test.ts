/** dist/ui.mjs as it is shipped: what it loads must be there for those who installed the package without its development half. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { PROJECT, runCommand } from '../support/program.ts';

test('the bundle of the UI loads, and asks for no package that is not there', () => {
  const url = pathToFileURL(join(PROJECT, 'dist/ui.mjs')).href;
  const script = `import(${JSON.stringify(url)}).then(ui => console.log(typeof ui.openUi))`;
  const { status, stdout, stderr } = runCommand([process.execPath, '-e', script]);
  assert.equal(stderr.toString(), '');
  assert.equal(stdout.toString(), 'function\n');
  assert.equal(status, 0);
});
