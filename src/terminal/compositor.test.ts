/** The differences that are sent, replayed into a terminal: it must show what the wanted frame says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { difference } from './compositor.ts';
import { BG, COLOUR, cellAt, cutAround, FG, type Grid, makeGrid, putCell, UNDERLINE } from './grid.ts';
import { makeScreen, type Screen } from './screen.ts';

const TEXTS = ['a', 'b', ' ', 'é', '日', '本', '😀', 'e\u0301', '👩\u200d🚀', '│'] as const;
const FOREGROUNDS = [
  0,
  FG.bold,
  COLOUR.palette16 | 1,
  COLOUR.palette256 | 12,
  COLOUR.palette256 | 200,
  COLOUR.rgb | 0x123456,
  FG.inverse | FG.underline,
  FG.strike,
];
const BACKGROUNDS = [0, BG.dim, COLOUR.palette16 | 4, COLOUR.rgb | 0xabcdef, BG.italic, BG.overline];

/** Curly, dotted in a colour of the palette, plain in one of its own. */
const UNDERLINES = [
  0,
  3 << UNDERLINE.styleShift,
  (4 << UNDERLINE.styleShift) | COLOUR.palette256 | 9,
  COLOUR.rgb | 0x123456,
];

const wide = (text: string): boolean => text === '日' || text === '本' || text === '😀';

/** A grid of random cells; a wide character takes two, or becomes a blank at the edge. */
function gridOf(columns: number, rows: number, picks: readonly number[]): Grid {
  const grid = makeGrid(columns, rows);
  for (let at = 0, next = 0; at < columns * rows; at += 1, next += 1) {
    const pick = picks[next % picks.length] ?? 0;
    const chosen = TEXTS[pick % TEXTS.length] ?? ' ';
    const text = chosen.includes('\u200d') ? 'z' : chosen;
    const [fg = 0, bg = 0] = [FOREGROUNDS[pick % FOREGROUNDS.length], BACKGROUNDS[pick % BACKGROUNDS.length]];
    const fits = (at % columns) + 2 <= columns;
    const underline = (fg & FG.underline) === 0 ? 0 : (UNDERLINES[(pick >> 3) % UNDERLINES.length] ?? 0);
    putCell(grid, at, wide(text) && !fits ? ' ' : text, fg, bg, underline);
    if (wide(text) && fits) putCell(grid, (at += 1), '', fg, bg, underline);
  }
  return grid;
}

const written = (screen: Screen, bytes: Uint8Array): Promise<void> =>
  new Promise(resolve => screen.write(bytes, resolve));

/** What the terminal shows, cell by cell, as text that can be compared. */
function cells(grid: Grid): readonly string[] {
  return Array.from({ length: grid.columns * grid.rows }, (_, at) => Object.values(cellAt(grid, at)).join('|'));
}

test('after any differences the terminal shows the wanted frame', async () => {
  const size = fc.constantFrom([12, 4], [7, 3], [20, 2] as const);
  const frames = fc.array(fc.array(fc.nat(1000), { minLength: 1, maxLength: 90 }), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(size, frames, async ([columns = 1, rows = 1], all) => {
      const outer = makeScreen({ columns, rows, scrollback: 0 });
      let shown: Grid | null = null;
      for (const picks of all) {
        const wanted = gridOf(columns, rows, picks);
        await written(outer, difference(shown, wanted, null, { x: 0, y: 0 }));
        const seen = makeGrid(columns, rows);
        outer.copyTo(seen, 0, 0, columns, rows);
        assert.deepEqual(cells(seen), cells(wanted));
        shown = wanted;
      }
      outer.dispose();
    }),
    { numRuns: 150 },
  );
});

test('equal frames are no bytes, and a moved cursor is few', () => {
  const grid = gridOf(10, 3, [1, 2, 3]);
  assert.equal(difference(grid, grid, { x: 1, y: 1 }, { x: 1, y: 1 }).length, 0);
  assert.equal(
    difference(grid, grid, { x: 1, y: 1 }, { x: 2, y: 1 }).toString(),
    '\u001b[?2026h\u001b[?25l\u001b[2;3H\u001b[?25h\u001b[?2026l',
  );
});

test('one changed cell is one cell', () => {
  const before = makeGrid(80, 24);
  const after = makeGrid(80, 24);
  putCell(after, 3 * 80 + 5, 'x', 0, 0);
  const bytes = difference(before, after, null, null).toString();
  assert.equal(bytes, '\u001b[?2026h\u001b[?25l\u001b[4;6H\u001b[0mx\u001b[0m\u001b[?2026l');
});

test('a terminal of another size is drawn from nothing', () => {
  assert.match(difference(makeGrid(10, 3), makeGrid(11, 3), null, null).toString(), /\u001b\[2J/);
});

test('a pane beside wide characters of the chrome: what is left of them is a blank, and both stay whole', async () => {
  const outer = makeScreen({ columns: 12, rows: 3, scrollback: 0 });
  const rect = { x: 3, y: 0, columns: 5, rows: 3 };
  const frame = (chrome: number, pane: string): Grid => {
    const grid = gridOf(12, 3, [chrome]);
    cutAround(grid, rect);
    for (let at = 0; at < 15; at += 1) putCell(grid, Math.floor(at / 5) * 12 + 3 + (at % 5), pane, 0, 0);
    return grid;
  };
  let shown: Grid | null = null;
  // The chrome's cells are wide from column 0 on: one stands half in the pane at either side.
  for (const [chrome, pane] of [
    [4, 'p'],
    [5, 'p'],
    [4, 'q'],
    [0, 'q'],
    [4, 'q'],
  ] as const) {
    const wanted = frame(chrome, pane);
    await written(outer, difference(shown, wanted, null, null));
    const seen = makeGrid(12, 3);
    outer.copyTo(seen, 0, 0, 12, 3);
    assert.deepEqual(cells(seen), cells(wanted));
    for (let at = 3; at < 8; at += 1) assert.equal(cellAt(seen, at).text, pane);
    shown = wanted;
  }
});

test('a cell that differs in the style of its underline only is drawn again', () => {
  const curly = (style: number): Grid => {
    const grid = makeGrid(10, 1);
    putCell(grid, 2, 'x', FG.underline, 0, style << UNDERLINE.styleShift);
    return grid;
  };
  assert.equal(difference(curly(3), curly(3), null, null).length, 0);
  assert.match(difference(curly(0), curly(3), null, null).toString(), /\u001b\[1;3H\u001b\[0;4m\u001b\[4:3mx/);
  assert.match(difference(curly(3), curly(4), null, null).toString(), /\u001b\[4:4mx/);
  assert.doesNotMatch(difference(curly(3), curly(0), null, null).toString(), /:/);
});
