/** Colours of a log, as numbers of our own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plainText } from './ansi.ts';
import { styledParts } from './styled.ts';

const looks = (line: string): readonly string[] =>
  styledParts(line).map(({ text, sgr }) => `${text}:${[...sgr.attributes, ...sgr.colours].join(';')}`);

test('a compiler is as colourful as it was', () => {
  assert.deepEqual(looks('\u001b[01;31m\u001b[Kerror: \u001b[m\u001b[Kno \u001b[32;4mx\u001b[24m\u001b[39m.'), [
    'error: :1;31',
    'no :',
    'x:4;32',
    '.:',
  ]);
  assert.deepEqual(looks('\u001b[38;5;208ma\u001b[48;2;1;2;3mb\u001b[39mc\u001b[22;49;97md'), [
    'a:38;5;208',
    'b:38;5;208;48;2;1;2;3',
    'c:48;2;1;2;3',
    'd:97',
  ]);
  assert.deepEqual(looks('\u001b[38:5:9ma\u001b[38:2::1:2:3mb'), ['a:38;5;9', 'b:38;2;1;2;3']);
});

test('what hides, blinks or is no number does nothing, and a colour that is not whole neither', () => {
  assert.deepEqual(looks('\u001b[8ma\u001b[5;7mb\u001b[38;5mc\u001b[38;5;999md'), ['a:', 'b:', 'c:', 'd:']);
});

test('no text is lost and none is added; numbers are the only thing that comes out', () => {
  const unit = fc.oneof(
    fc.constantFrom('\u001b[', '\u001b]', 'm', ';', ':', '38', '5', '2', '0', '255', '1', '48', '\u0007'),
    fc.string({ unit: 'binary', maxLength: 2 }),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 30 }), words => {
      const line = words.join('');
      const parts = styledParts(line);
      assert.equal(parts.map(({ text }) => text).join(''), plainText(line));
      for (const { sgr } of parts)
        for (const number of [...sgr.attributes, ...sgr.colours])
          assert.ok(Number.isInteger(number) && number >= 0 && number <= 255);
    }),
    { numRuns: 1000 },
  );
});
