/** A program on a terminal of its own, and the same one in a pane on another: both must show the same. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { cellAt, makeGrid } from '../../src/terminal/grid.ts';
import { makeScreen } from '../../src/terminal/screen.ts';
import { PATIENCE_MS } from './patience.ts';
import type { Terminal } from './tmux.ts';

const CURSOR = '#{cursor_flag}#{?cursor_flag, at #{cursor_x} #{cursor_y},}';
/** Which keys and reports the program gets; the encoding of the mouse is the pane's business. */
const MODES = '#{keypad_cursor_flag}#{keypad_flag}#{mouse_all_flag}#{mouse_button_flag}#{mouse_standard_flag}';

export interface Sides {
  readonly bare: Terminal;
  readonly pane: Terminal;
  /** Of the bare terminal; the pane's has more lines, which are the chrome's. */
  columns: number;
  rows: number;
}

/** Waits until both show the same and hold the words: cells, colours, attributes, cursor, modes. */
export async function same(sides: Sides, holds: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const [bare, pane] = await Promise.all([look(sides.bare, sides), look(sides.pane, sides)]);
    const equal = bare.cells.join('\n') === pane.cells.join('\n') && bare.state === pane.state;
    if (equal && `${bare.text} `.includes(holds)) return;
    if (Date.now() > deadline) {
      assert.equal(pane.text, bare.text, holds);
      assert.equal(pane.state, bare.state, `${holds}: cursor and modes`);
      assert.deepEqual(pane.cells, bare.cells, holds);
      assert.fail(`neither shows ${holds}:\n${bare.text}`);
    }
    await sleep(50);
  }
}

async function look(terminal: Terminal, { columns, rows }: Sides) {
  const screen = makeScreen({ columns, rows, scrollback: 0, newLineMode: true });
  const lines = terminal.drawing().split('\n').slice(0, rows);
  await new Promise<void>(resolve => screen.write(lines.join('\n'), resolve));
  const grid = makeGrid(columns, rows);
  screen.copyTo(grid, 0, 0, columns, rows);
  screen.dispose();
  const cells = Array.from({ length: columns * rows }, (_, at) => ({
    at: `row ${Math.floor(at / columns)}, column ${at % columns}`,
    ...cellAt(grid, at),
  }));
  const row = (y: number): string =>
    cells
      .slice(y * columns, (y + 1) * columns)
      .map(({ text }) => text)
      .join('')
      .trimEnd();
  return {
    text: Array.from({ length: rows }, (_, y) => row(y)).join('\n'),
    cells: cells.map(cell => Object.values(cell).join(' ')),
    state: terminal.fact(`${CURSOR} ${MODES}`),
  };
}

/** Does the same on both. */
export function onBoth({ bare, pane }: Sides, action: (terminal: Terminal) => void): void {
  action(bare);
  action(pane);
}

/** Resizes both; the pane's terminal has one line more. */
export function resizeBoth(sides: Sides, columns: number, rows: number): void {
  sides.bare.resize(columns, rows);
  sides.pane.resize(columns, rows + 1);
  [sides.columns, sides.rows] = [columns, rows];
}
