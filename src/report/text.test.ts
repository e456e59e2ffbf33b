import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fields } from './text.ts';

test('sentences are wrapped at 80 columns, beside their label; paths stay whole', () => {
  const path = `/nix/store/${'a'.repeat(32)}-${'long-name-'.repeat(5)}1.0.drv`;
  const text = fields([
    ['a label', `it is the only derivation with the output ${path}, ${'and so on '.repeat(10)}`],
    ['log', path],
    ['directory', `/tmp/${'with blanks '.repeat(10)}`],
    ['none', null],
  ]);
  const lines = text.split('\n');
  assert.equal(lines[0], 'a label    it is the only derivation with the output');
  assert.equal(lines[1], `           ${path},`);
  assert.ok(lines.includes(`log        ${path}`));
  assert.ok(
    lines.includes(`directory  /tmp/${'with blanks '.repeat(10)}`.trimEnd()) || text.includes('/tmp/with blanks with'),
  );
  assert.deepEqual(
    lines.filter(line => line.length > 80 && !line.includes('/')),
    [],
  );
});
