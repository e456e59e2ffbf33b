import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromBytes, toBytes } from './path.ts';

/** Bytes that are often almost UTF-8: pieces of characters, overlong forms, surrogates, and what lies above U+10FFFF. */
const nearlyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'c3a9',
        'e282ac',
        'f09f9880',
        'c0af',
        'e08080',
        'eda080',
        'edb2ff',
        'f08080af',
        'f4908080',
        'f48fbfbf',
      ),
      fc.constantFrom(
        'c3',
        'e2',
        'e282',
        'f0',
        'f09f',
        'f09f98',
        '80',
        'bf',
        'f5808080',
        'ff',
        'efbfbd',
        'efbbbf',
        '00',
        '41',
      ),
    ),
    { maxLength: 12 },
  )
  .map(pieces => Buffer.from(pieces.join(''), 'hex'));

test('bytes become text and the same bytes again', () => {
  fc.assert(
    fc.property(fc.oneof(nearlyText, fc.uint8Array({ maxLength: 40 })), bytes => {
      assert.deepEqual(toBytes(fromBytes(bytes)), Buffer.from(bytes));
    }),
    { numRuns: 20_000 },
  );
});

test('what is UTF-8 reads as itself, also beside a byte that is not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, behind) => {
      const bytes = Buffer.concat([Buffer.from(before), Buffer.of(0xff), Buffer.from(behind)]);
      assert.equal(fromBytes(bytes), `${before}\udcff${behind}`);
    }),
  );
});
