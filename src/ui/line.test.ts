/** The quick way to measure text, against the library. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { width, wordChunks } from './line.ts';

test('every character is as wide as the library says, alone and within a line', () => {
  const wrong = [];
  for (let code = 0x20; code < 0x3000; code += 1) {
    const character = String.fromCodePoint(code);
    for (const text of [character, `a${character}b`]) if (width(text) !== stringWidth(text)) wrong.push(text);
  }
  assert.deepEqual(wrong, []);
});

test('text is wrapped between words, and a word that is longer than a line within it', () => {
  assert.deepEqual(wordChunks('the shell is gone', 9), ['the shell', 'is gone']);
  assert.deepEqual(wordChunks('at /nix/store/0123 it', 10), ['at /nix/st', 'ore/0123', 'it']);
  assert.deepEqual(wordChunks('    then do it', 9), ['    then', 'do it']);
  assert.deepEqual(wordChunks('', 5), ['']);
});
