import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeClamp } from './clamp.ts';

function clamped(...reads: readonly string[]): string {
  const clamp = makeClamp();
  return Buffer.concat(reads.map(read => Buffer.from(clamp(Buffer.from(read, 'utf8'))))).toString('utf8');
}

test('numbers of more than four digits are cut in control sequences, and nowhere else', () => {
  assert.equal(clamped('\u001b[99999999L'), '\u001b[9999L');
  assert.equal(clamped('\u001b[1;99999999;2H x 123456789'), '\u001b[1;9999;2H x 123456789');
  assert.equal(clamped('\u009b99999999S'), '\u009b9999S');
  assert.equal(clamped('\u001b]0;123456789\u0007\u001b[?2004h'), '\u001b]0;123456789\u0007\u001b[?2004h');
  assert.equal(clamped('\u001b[38;2;255;255;255m日本'), '\u001b[38;2;255;255;255m日本');
});

test('wherever the reads split a sequence', () => {
  const text = 'a\u001b[12345678Lb\u009b87654321Mc';
  for (let at = 1; at < text.length; at += 1)
    assert.equal(clamped(text.slice(0, at), text.slice(at)), 'a\u001b[1234Lb\u009b8765Mc', `split at ${at}`);
});

test('what is unchanged is not copied', () => {
  const bytes = Buffer.from('plain \u001b[1mtext');
  assert.equal(makeClamp()(bytes), bytes);
});
