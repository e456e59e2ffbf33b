import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

test('every numbered line of docs/security.md has a test, and every test a line', () => {
  const lines = [...readFileSync('docs/security.md', 'utf8').matchAll(/^- \*\*(T\d+)\*\*/gm)].map(
    match => match[1] ?? '',
  );
  const tests = readdirSync('test/security')
    .filter(name => name.endsWith('.test.ts'))
    .flatMap(name => [...readFileSync(`test/security/${name}`, 'utf8').matchAll(/\btest\(\s*['`](T\d+)\b/g)])
    .map(match => match[1] ?? '');
  assert.deepEqual(new Set(tests), new Set(lines));
  assert.equal(lines.length, new Set(lines).size);
});
