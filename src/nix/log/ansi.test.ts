import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { plainText, safeText, sgrOnly } from './ansi.ts';

describe('a line of a log on the terminal', () => {
  test('keeps its colours, which end with it', () => {
    assert.equal(sgrOnly('\u001b[01;31m\u001b[Kerror:\u001b[m\u001b[K x'), '\u001b[01;31merror:\u001b[m x');
    assert.equal(sgrOnly('\u001b[38;5;8mgrey'), '\u001b[38;5;8mgrey\u001b[0m');
  });

  test('shows everything else as an escape: titles, the clipboard, cursor moves, bells, NULs', () => {
    assert.equal(sgrOnly('\u001b]52;c;ZXZpbA==\u0007x'), '\\e]52;c;ZXZpbA==\\x07x');
    assert.equal(sgrOnly('\u001b[2J\u001b[Hx\u0007\0'), '\\e[2J\\e[Hx\\x07\\x00');
    assert.equal(sgrOnly('\u001b[>4;2m\u001b['), '\\e[>4;2m\\e[');
    assert.equal(sgrOnly('a\tb\u202ec\u009b31m'), 'a\tb\\u{202e}c\\x9b31m');
  });

  test('hides nothing: concealed text is shown', () => {
    assert.equal(
      sgrOnly('\u001b[8mhidden\u001b[1;8mtoo\u001b[38;2;8;8;8mdark\u001b[0m'),
      'hiddentoo\u001b[38;2;8;8;8mdark\u001b[0m',
    );
  });

  test('nothing but colours and tabs is ever raw', () => {
    const unit = fc.oneof(
      fc.constantFrom('\u001b', '[', ']', 'm', ';', '8', 'K', '\u0007', '\t'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), parts => {
        const shown = sgrOnly(parts.join('')).replaceAll(/\u001b\[[0-9;:]*m/g, '');
        assert.doesNotMatch(shown, /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
        assert.doesNotMatch(safeText(parts.join('')), /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 1000 },
    );
  });

  test('without its sequences it can be compared', () => {
    assert.equal(
      plainText('\u001b[1merror\u001b(B\u001b[m: x \u001b]8;;http://a\u001b\\link\u001b]8;;\u001b\\'),
      'error: x link',
    );
  });
});
