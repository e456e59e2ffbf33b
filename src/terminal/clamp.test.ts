import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeClamp } from './clamp.ts';
import { makeScreen, type Screen } from './screen.ts';

const SIZE = { columns: 80, rows: 24 };

function clamped(...reads: readonly string[]): string {
  const clamp = makeClamp(() => SIZE);
  return Buffer.concat(reads.map(read => Buffer.from(clamp(Buffer.from(read, 'utf8'))))).toString('utf8');
}

test('counts are cut to what the screen has room for, and nothing else is', () => {
  assert.equal(clamped('\u001b[99999999L'), '\u001b[24L');
  assert.equal(clamped('\u001b[99L'), '\u001b[24L');
  assert.equal(clamped('a\u001b[9999b\u001b[200 @\u001b[7P'), 'a\u001b[80b\u001b[80 @\u001b[7P');
  assert.equal(clamped('\u009b99999999S'), '\u009b24S');
  for (const text of [
    '\u001b]0;123456789\u0007\u001b[?2004h',
    '\u001b[38;2;255;255;255m日本 ‛',
    '\u001b[?1;3;9999S',
    '\u001b[9999;9999H',
  ])
    assert.equal(clamped(text), text);
});

test('colours without a colour space get one: those with one, and other numbers, stay', () => {
  assert.equal(clamped('\u001b[38:2:1:2:3m'), '\u001b[38:2::1:2:3m');
  assert.equal(clamped('\u001b[1;48:2:1:2:3;58:2:4:5:6;4:3m'), '\u001b[1;48:2::1:2:3;58:2::4:5:6;4:3m');
  assert.equal(clamped('a\u001b[38:2:', '1:2:', '3m'), 'a\u001b[38:2::1:2:3m');
  for (const text of [
    '\u001b[38:2::1:2:3m',
    '\u001b[38:2:0:1:2:3:0:1m',
    '\u001b[38;2;1;2;3m',
    '\u001b[38:5:200m',
    '\u001b[>4;38:2:1:2:3u',
    'text 38:2:1:2:3m',
  ])
    assert.equal(clamped(text), text);
});

test('a control character within a sequence acts first, as it does in the emulator', () => {
  assert.equal(clamped('\u001b[99\n99L'), '\u001b[\n24L');
  assert.equal(clamped('\u001b[99\u001b[99L'), '\u001b[99\u001b[24L');
  assert.equal(clamped('\u001b[99\u001899L'), '\u001b[99\u001899L');
});

test('a sequence without end is no memory, and does nothing', () => {
  const clamp = makeClamp(() => SIZE);
  assert.deepEqual([...clamp(Buffer.from('\u001b['))], [0x1b, 0x5b]);
  for (let times = 0; times < 100; times += 1) assert.equal(clamp(Buffer.from('1;'.repeat(1000))).length, 0);
  assert.deepEqual([...clamp(Buffer.from('Lx'))], [0x18, 0x78]);
});

test('wherever the reads split a sequence', () => {
  const text = 'a\u001b[12345678Lb\u009b87654321Mc\u001b[1;5HÂ';
  for (let at = 1; at < text.length; at += 1)
    assert.equal(clamped(text.slice(0, at), text.slice(at)), 'a\u001b[24Lb\u009b24Mc\u001b[1;5HÂ', `split at ${at}`);
});

test('a read as a whole comes to what its bytes come to one by one', () => {
  const piece = fc.constantFrom(
    '\u001b[',
    '\u001b',
    '\u009b',
    'Â',
    '99',
    '9999',
    ';',
    '?',
    '38:2:1:2:3',
    'm',
    'L',
    ' @',
    '日',
    'text',
    '\u0018',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      const text = pieces.join('');
      const clamp = makeClamp(() => SIZE);
      const single = [...Buffer.from(text, 'utf8')].map(byte => Buffer.from(clamp(Uint8Array.of(byte))));
      assert.equal(clamped(text), Buffer.concat(single).toString('utf8'));
      assert.equal(clamped(...pieces), clamped(text));
    }),
    { numRuns: 2000 },
  );
});

test('what is unchanged is not copied', () => {
  const bytes = Buffer.from('plain \u001b[1mtext');
  assert.equal(makeClamp(() => SIZE)(bytes), bytes);
});

const written = (screen: Screen, text: string): Promise<void> => new Promise(resolve => screen.write(text, resolve));

test('every control sequence with a huge count is done in a moment', async () => {
  const finals = Array.from({ length: 0x7f - 0x40 }, (_, at) => String.fromCharCode(0x40 + at));
  const forms = finals.flatMap(final => [final, ` ${final}`, `'${final}`, `$${final}`, `!${final}`, `"${final}`]);
  const screen = makeScreen({ columns: 120, rows: 40, scrollback: 1000, onAnswer: () => undefined });
  for (const form of forms) {
    const begin = performance.now();
    await written(screen, `x\u001b[2147483647${form}\u001b[;2147483647${form}`.repeat(20));
    const took = performance.now() - begin;
    // Counted out, one alone takes longer.
    assert.ok(took < 20_000, `CSI … ${form} took ${took.toFixed(0)} ms`);
  }
  screen.dispose();
});

test('any reads: the same screen as with the bytes as they are', async () => {
  const piece = fc.constantFrom(
    '\u001b',
    '\u001b[',
    '?',
    '1',
    '3',
    ';',
    ':',
    ' ',
    "'",
    'L',
    'M',
    'S',
    '@',
    'm',
    'H',
    'x',
    '日',
    '\n',
    '\u009b',
    '\u0018',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async pieces => {
      fc.pre(!/(\d\n*){3}/.test(pieces.join('')));
      const [whole, split] = [
        makeScreen({ columns: 20, rows: 5, scrollback: 5 }),
        makeScreen({ columns: 20, rows: 5, scrollback: 5 }),
      ];
      await new Promise<void>(resolve => whole.terminal.write(pieces.join(''), resolve));
      for (const each of pieces) await written(split, each);
      const [a, b] = [whole, split].map(({ terminal }) => terminal.buffer.active);
      for (let row = 0; row < 5; row += 1)
        assert.equal(b?.getLine(row)?.translateToString(), a?.getLine(row)?.translateToString());
      assert.deepEqual([b?.cursorX, b?.cursorY], [a?.cursorX, a?.cursorY]);
    }),
    { numRuns: 200 },
  );
});
