/** Lines of a terminal that are being selected, to be copied: from where it began to a cursor that moves. */
import { FG, type Grid, WORDS } from './grid.ts';
import { type HeldRow, holdRow } from './held-row.ts';
import type { Screen } from './screen.ts';
import { textOf } from './scrollback.ts';

export interface Selection {
  /** Begins at the cursor; where there is none, at the row `first`, or at the last line in view. */
  begin(first: number | null): void;
  /** Moves the cursor, towards older lines for positive numbers. @returns false where nothing is being selected */
  move(lines: number): boolean;
  /** How many rows; 0 where nothing is being selected. */
  rows(): number;
  /** What is selected, as {@link textOf}; null where nothing is. */
  text(): string | null;
  /** Marks it in a grid into which the screen was copied, its first cell at column `x` of row `y`. */
  mark(grid: Grid, x: number, y: number, columns: number, rows: number): void;
  clear(): void;
}

interface Ends {
  readonly anchor: HeldRow;
  readonly cursor: HeldRow;
}

/** Makes one. */
export function makeSelection(terminal: Screen['terminal']): Selection {
  let ends: Ends | null = null;
  const clear = (): void => {
    ends?.anchor.release();
    ends?.cursor.release();
    ends = null;
  };
  const place = (anchor: number, cursor: number): void => {
    clear();
    ends = { anchor: holdRow(terminal, anchor), cursor: holdRow(terminal, cursor) };
  };
  /** What was dropped was above everything. */
  const at = (end: HeldRow): number => end.row() ?? 0;
  const range = (): { from: number; to: number } | null => {
    if (ends === null) return null;
    const [one, other] = [at(ends.anchor), at(ends.cursor)];
    return { from: Math.min(one, other), to: Math.max(one, other) + 1 };
  };
  return {
    begin: first => {
      const row = ends === null ? (first ?? lastInView(terminal)) : at(ends.cursor);
      place(row, row);
    },
    move: lines => {
      if (ends === null) return false;
      const next = Math.max(0, Math.min(terminal.buffer.active.length - 1, at(ends.cursor) - lines));
      place(at(ends.anchor), next);
      bringIntoView(terminal, next);
      return true;
    },
    rows: () => {
      const rows = range();
      return rows === null ? 0 : rows.to - rows.from;
    },
    text: () => {
      const rows = range();
      return rows === null ? null : textOf(terminal, rows);
    },
    mark: (grid, x, y, columns, rows) => {
      const marked = range();
      if (marked === null) return;
      const { viewportY } = terminal.buffer.active;
      for (let row = Math.max(marked.from, viewportY); row < Math.min(marked.to, viewportY + rows); row += 1) {
        const start = (y + row - viewportY) * grid.columns + x;
        for (let cell = start; cell < start + columns; cell += 1) {
          const word = cell * WORDS + 1;
          grid.cells[word] = (grid.cells[word] ?? 0) ^ FG.inverse;
        }
      }
    },
    clear,
  };
}

/** The last row in view that is not blank. */
function lastInView(terminal: Screen['terminal']): number {
  const { viewportY } = terminal.buffer.active;
  for (let row = viewportY + terminal.rows - 1; row > viewportY; row -= 1)
    if (terminal.buffer.active.getLine(row)?.translateToString(true).trim() !== '') return row;
  return viewportY;
}

function bringIntoView(terminal: Screen['terminal'], row: number): void {
  const { viewportY } = terminal.buffer.active;
  if (row < viewportY) terminal.scrollToLine(row);
  else if (row >= viewportY + terminal.rows) terminal.scrollToLine(row - terminal.rows + 1);
}
