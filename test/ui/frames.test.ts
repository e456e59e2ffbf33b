/** The screens of the UI as golden files, in three sizes; and Ink draws exactly what the first frame wrote. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEYS } from '../../src/ui/keys.ts';
import { matchesGolden } from '../support/golden.ts';
import { inkOn, writtenFrame } from '../support/ink-frame.tsx';
import { emptyUi, uiApp, uiState } from '../support/ui-state.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

for (const [columns, rows] of SIZES) {
  const size = `${columns}x${rows}`;
  test(`the list, ${size}`, async () => {
    matchesGolden(`ui/list.${size}.txt`, await writtenFrame(uiState(columns, rows), KEYS));
  });

  test(`an empty machine is told how a kept build is made, ${size}`, async () => {
    matchesGolden(`ui/empty.${size}.txt`, await writtenFrame(emptyUi(columns, rows), KEYS));
  });

  test(`Ink draws the frame that was written before it came, ${size}`, async () => {
    const state = uiState(columns, rows);
    const drawn = inkOn(uiApp(state).app);
    assert.equal(await drawn.text(), await writtenFrame(state, KEYS));
    drawn.end();
  });
}
