import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellAt, makeGrid } from './grid.ts';
import { makeScreen } from './screen.ts';
import { cellText } from './unicode.ts';

async function firstRow(text: string): Promise<readonly string[]> {
  const screen = makeScreen({ columns: 40, rows: 1, scrollback: 0 });
  await new Promise<void>(resolve => screen.write(text, resolve));
  const grid = makeGrid(40, 1);
  screen.copyTo(grid, 0, 0, 40, 1);
  screen.dispose();
  return Array.from({ length: 40 }, (_, at) => cellAt(grid, at).text);
}

test('marks stand on their character, and wide characters in two cells', async () => {
  assert.deepEqual((await firstRow('e\u0301日x\u05d0\u05b0')).slice(0, 5), ['e\u0301', '日', '', 'x', '\u05d0\u05b0']);
  assert.deepEqual((await firstRow('👩\u200d🚀x')).slice(0, 5), ['👩\u200d', '', '🚀', '', 'x']);
});

test('emoji since Unicode 11 are wide, as the C library of their time counts them', async () => {
  // Unicode 13, 14, 15; and what is no emoji by itself: a chess piece, half of a flag.
  assert.deepEqual((await firstRow('🥲x🫠x🪿x')).slice(0, 9), ['🥲', '', 'x', '🫠', '', 'x', '🪿', '', 'x']);
  assert.deepEqual((await firstRow('🨀x🇩🇪')).slice(0, 4), ['🨀', 'x', '🇩', '🇪']);
});

test('marks without end are not piled up', async () => {
  const row = await firstRow(`a${'\u0301'.repeat(30)}`);
  assert.equal(row[0], `a${'\u0301'.repeat(16)}`);
  for (const text of row) assert.ok(text.length <= 17, `${text.length} in one cell`);
});

test('nothing turns the direction of what stands beside it', async () => {
  const row = await firstRow('a\u202eb\u2067c\u200f\u061cd\u200ee');
  assert.equal(row.join('').trim(), 'abcde');
});

test('a mark without a character is a blank', () => {
  assert.equal(cellText('\u0301'), ' ');
  assert.equal(cellText('\u200b'), ' ');
  assert.equal(cellText('x\u0301'), 'x\u0301');
  assert.equal(cellText('日'), '日');
});
