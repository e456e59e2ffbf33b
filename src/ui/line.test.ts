/** The quick way to measure text, against the library. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { width } from './line.ts';

test('every character is as wide as the library says, alone and within a line', () => {
  const wrong = [];
  for (let code = 0x20; code < 0x3000; code += 1) {
    const character = String.fromCodePoint(code);
    for (const text of [character, `a${character}b`]) if (width(text) !== stringWidth(text)) wrong.push(text);
  }
  assert.deepEqual(wrong, []);
});
