import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KEYS_START, type KeysState, keysOfStart, keysOnly } from './keys-only.ts';

const ESC = '\u001b[27u';

/** What the chrome gets of some reads, and of the pause behind them. */
function keysOf(reads: readonly string[]): string {
  let state: KeysState = KEYS_START;
  let all = '';
  for (const read of reads) {
    const next = keysOnly(state, read);
    all += next.keys;
    ({ state } = next);
  }
  return all + keysOfStart(state);
}

const SAMPLES: readonly (readonly [what: string, sent: string, keys: string])[] = [
  [
    'letters, control characters and bytes of UTF-8',
    'jk\r\t\u007f\u0003\u00c3\u00a9',
    'jk\r\t\u007f\u0003\u00c3\u00a9',
  ],
  [
    'cursor and function keys',
    '\u001b[A\u001bOB\u001b[1;5C\u001b[3~\u001b[Z\u001bOP\u001b[[A',
    '\u001b[A\u001bOB\u001b[1;5C\u001b[3~\u001b[Z\u001bOP\u001b[[A',
  ],
  ['a lone Esc', '\u001b', ESC],
  ['Esc and keys at once', '\u001bq\u001b/\u001b1', `${ESC}q${ESC}/${ESC}1`],
  ['Esc and Esc', '\u001b\u001b', ESC + ESC],
  ['Esc and a cursor key', '\u001b\u001b[A', `${ESC}\u001b[A`],
  ['Esc and what begins a sequence', '\u001b[', `${ESC}[`],
  ['Esc and ]', '\u001b]', `${ESC}]`],
  ['mouse reports', 'a\u001b[<0;12;15M\u001b[<0;12;15mb\u001b[M !!\u001b[32;1;1Mc', 'abc'],
  ['answers about the terminal', '\u001b[?1;2c\u001b[>41;0;0c\u001b[12;1R\u001b[?2026;2$y\u001b[?0u', ''],
  ['focus', '\u001b[I\u001b[O', ''],
  ['colours', '\u001b]11;rgb:ff/ff/dd\u0007j\u001b]10;rgb:11/11/dd\u001b\\k', 'jk'],
  ['name and settings', '\u001bP>|XTerm(370)\u001b\\\u001bP1$r0m\u001b\\x', 'x'],
  [
    'a paste, whatever is in it',
    '\u001b[200~a\u001bq\u001b[<0;1;1M\u001b]0;x\u0007\u001b[201~\u001b[I',
    '\u001b[200~a\u001bq\u001b[<0;1;1M\u001b]0;x\u0007\u001b[201~',
  ],
];

for (const [what, sent, keys] of SAMPLES)
  test(`${what}: the same, wherever the reads are split`, () => {
    assert.equal(keysOf([sent]), keys);
    for (let at = 1; at < sent.length; at += 1)
      assert.equal(keysOf([sent.slice(0, at), sent.slice(at)]), keys, `split at ${at}`);
    assert.equal(keysOf(sent.split('')), keys, 'byte by byte');
  });

test('a report that never ends is dropped, and keys go on', () => {
  const cut = keysOnly(KEYS_START, '\u001b[<0;1');
  assert.equal(cut.keys + keysOfStart(cut.state), '');
});

test('any bytes: none is lost but in sequences, and no state holds much', () => {
  const piece = fc.constantFrom(
    '\u001b',
    '[',
    'O',
    ']',
    'P',
    '<',
    '0',
    ';',
    '1',
    'M',
    '~',
    '200~',
    '\u0007',
    '\\',
    'j',
    '\u00e9',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
      const { state, keys } = keysOnly(KEYS_START, pieces.join(''));
      assert.ok(state.pending.length <= 4200);
      assert.ok(keys.length <= pieces.join('').length * ESC.length);
      if (!pieces.includes('\u001b')) assert.equal(keys, pieces.join(''));
    }),
  );
});
