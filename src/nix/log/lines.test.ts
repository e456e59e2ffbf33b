import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { lineSplitter, MOST_LINE_BYTES, textOf } from './lines.ts';

interface Seen {
  readonly text: string;
  readonly at: number;
}

/** The lines of bytes that are cut into pieces at the given places. */
function linesOf(bytes: Uint8Array, cuts: readonly number[] = []): Seen[] {
  const seen: Seen[] = [];
  const splitter = lineSplitter(line => seen.push({ text: textOf(line), at: line.at.unit + line.at.skip }));
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  places.slice(1).forEach((end, at) => {
    const from = places[at] ?? 0;
    splitter.feed({ unit: from, skip: 0, bytes: bytes.slice(from, end) });
  });
  splitter.end();
  return seen;
}

const texts = (text: string): string[] => linesOf(Buffer.from(text)).map(line => line.text);

describe('lines of a log', () => {
  test('end at line feeds, and the last one needs none', () => {
    assert.deepEqual(texts('a\n\nb'), ['a', '', 'b']);
    assert.deepEqual(texts('a\n'), ['a']);
    assert.deepEqual(texts(''), []);
  });

  test('of progress bars what stood last remains', () => {
    assert.deepEqual(texts('1%\r50%\r100%\ndone\r\n\r\rx\r\r\n'), ['100%', 'done', 'x']);
    assert.deepEqual(texts('only\r'), ['only']);
  });

  test('keep bytes that are not UTF-8, and NULs', () => {
    assert.deepEqual(linesOf(Uint8Array.of(0xff, 0, 0x61, 10))[0]?.text, '\udcff\0a');
  });

  test('are cut where they are very long, between characters, and say how much is missing', () => {
    const [line] = linesOf(Buffer.from(`${'é'.repeat(50_000)}\n`));
    assert.match(line?.text ?? '', /é \[…34464 bytes more\]$/);
    const odd = linesOf(Buffer.from(`x${'é'.repeat(50_000)}\n`))[0]?.text ?? '';
    assert.ok(odd.isWellFormed(), 'no half of a character remains');
    assert.equal(linesOf(Buffer.alloc(MOST_LINE_BYTES, 'a'))[0]?.text.length, MOST_LINE_BYTES);
  });

  test('a progress line of megabytes is not cut: only its end counts', () => {
    assert.deepEqual(texts(`${'50% of all\r'.repeat(100_000)}done\n`), ['done']);
  });

  test('where the pieces are cut makes no difference, neither to lines nor to where they begin', () => {
    const byte = fc.oneof(fc.constantFrom(10, 13, 97), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 200 }), fc.array(fc.nat(), { maxLength: 12 }), (bytes, cuts) => {
        const data = Uint8Array.from(bytes);
        assert.deepEqual(linesOf(data, cuts), linesOf(data));
      }),
      { numRuns: 500 },
    );
  });
});
