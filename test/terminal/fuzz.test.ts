/** 10,000 steps of keys, resizes and hostile output through pane and compositor: no crash, and always the frame that a full paint shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference } from '../../src/terminal/compositor.ts';
import { cellAt, type Grid, makeGrid } from '../../src/terminal/grid.ts';
import { ROUTER_START, type RouterState, route } from '../../src/terminal/router.ts';
import { makeScreen, type Screen } from '../../src/terminal/screen.ts';

const STEPS = 10_000;
const PIECES = [
  '\u001b',
  '[',
  ']',
  'P',
  '?',
  ';',
  '52;c;',
  '1049',
  '1000',
  '2026',
  'h',
  'l',
  'm',
  'H',
  'J',
  'K',
  'L',
  'M',
  'r',
  't',
  'q',
  'c',
  '\\',
  '\u0007',
  '38;5;',
  '48;2;',
  '4:3',
  '58:2::',
  '58;5;',
  '21',
  ':',
  '2026$p',
  '>0q',
  '>4;2',
  '?u',
  '18',
  '10;?',
  '8;;http://x',
  '🥲',
  '255',
  '0',
  '99999999',
  'a',
  '日',
  '😀',
  'e\u0301',
  '\u200d',
  '\u202e',
  '\r',
  '\n',
  '\t',
  '\b',
  '\u0000',
  '\u009b',
  '\u00ff',
  '\ufffd',
];

/** xorshift32: the same steps each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const written = (screen: Screen, bytes: Uint8Array | string): Promise<void> =>
  new Promise(resolve => screen.write(bytes, resolve));

test(`${STEPS} steps`, async () => {
  const next = random(20_261_124);
  let [columns, rows] = [80, 24];
  const pane = makeScreen({ columns, rows, scrollback: 50, onAnswer: () => undefined, onClipboard: () => undefined });
  let outer = makeScreen({ columns, rows, scrollback: 0 });
  let shown: Grid | null = null;
  let state: RouterState = ROUTER_START;
  for (let step = 0; step < STEPS; step += 1) {
    const kind = next() % 100;
    if (kind < 3) {
      [columns, rows] = [1 + (next() % 200), 1 + (next() % 60)];
      pane.resize(columns, rows);
      outer.dispose();
      outer = makeScreen({ columns, rows, scrollback: 0 });
      shown = null;
    } else if (kind < 20) {
      const bytes = Buffer.from(Array.from({ length: next() % 20 }, () => next() % 256));
      state = route(state, bytes, 0x1d).state;
    } else {
      const pieces = Array.from({ length: 1 + (next() % 12) }, () => PIECES[next() % PIECES.length] ?? '');
      await written(pane, kind < 60 ? pieces.join('') : Buffer.from(pieces.join(''), 'latin1'));
    }
    if (step % 25 !== 0) continue;
    const wanted = makeGrid(columns, rows);
    pane.copyTo(wanted, 0, 0, columns, rows);
    const bytes = difference(shown, wanted, null, pane.cursor()).toString();
    assert.doesNotMatch(bytes, /[\u0000-\u001a\u001c-\u001f\u007f-\u009f]/, 'a control character other than ESC');
    // oxlint-disable-next-line no-useless-escape
    assert.doesNotMatch(bytes.replace(/\u001b\[[?\d;:]*[hlmHJ]/g, ''), /\u001b/, 'an escape that is not ours');
    await written(outer, bytes);
    const seen = makeGrid(columns, rows);
    outer.copyTo(seen, 0, 0, columns, rows);
    for (let at = 0; at < columns * rows; at += 1)
      assert.deepEqual(cellAt(seen, at), cellAt(wanted, at), `step ${step}, cell ${at}`);
    shown = wanted;
  }
});
