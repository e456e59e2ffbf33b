/** Search in what a terminal shows and has kept above it: from hit to hit in either direction, around the ends, and marked on the screen. */
import { FG, type Grid, WORDS } from './grid.ts';
import { type HeldRow, holdRow } from './held-row.ts';
import { type Direction, nextHit, type Place, pattern, spansIn } from './hits.ts';
import type { Screen } from './screen.ts';
import { printedLine } from './scrollback.ts';

type Terminal = Screen['terminal'];

/** `wrapped`: it is there, beyond the end that the search came to. */
export type Found = 'found' | 'wrapped' | 'nowhere';

export interface Search {
  /** The next hit from the one that was found last, or from what is shown; it is brought into view. */
  find(text: string, direction: Direction): Found;
  /** Marks the hits in a grid into which the screen was copied, its first cell at column `x` of row `y`. */
  mark(grid: Grid, x: number, y: number, columns: number, rows: number): void;
  /** The row of the hit that was found last, where it is in view. */
  row(): number | null;
  /** Whether hits are marked. */
  active(): boolean;
  /** Forgets where it was: rows are others now. */
  lose(): void;
  /** Ends it. */
  clear(): void;
}

interface Hit {
  readonly held: HeldRow;
  readonly column: number;
}

/** Makes one. */
export function makeSearch(terminal: Terminal): Search {
  let sought = '';
  let wanted: RegExp | null = null;
  let last: Hit | null = null;

  const lose = (): void => {
    last?.held.release();
    last = null;
  };
  const shown = (): Place | null => {
    const row = last?.held.row() ?? null;
    const { viewportY } = terminal.buffer.active;
    const inView = row !== null && row >= viewportY && row < viewportY + terminal.rows;
    return last !== null && inView ? { row, column: last.column } : null;
  };
  return {
    find: (text, direction) => {
      const place = text === sought ? shown() : null;
      [sought, wanted] = [text, text === '' ? null : pattern(text)];
      lose();
      if (wanted === null) return 'nowhere';
      const { viewportY, length } = terminal.buffer.active;
      const edge = direction === 'up' ? viewportY + terminal.rows : viewportY - 1;
      const near = nextHit(terminal, wanted, place ?? { row: edge, column: -1 }, direction);
      const next = near ?? nextHit(terminal, wanted, { row: direction === 'up' ? length : -1, column: -1 }, direction);
      if (next === null) return 'nowhere';
      last = { held: holdRow(terminal, next.row), column: next.column };
      show(terminal, next.row);
      return near === null ? 'wrapped' : 'found';
    },
    mark: (grid, x, y, columns, rows) => {
      if (wanted === null) return;
      const place = shown();
      const { viewportY, length } = terminal.buffer.active;
      // Hits that begin above what is shown, or end below it.
      const more = Math.ceil(sought.length / terminal.cols) + 1;
      const seen = { from: Math.max(0, viewportY - more), to: Math.min(length, viewportY + terminal.rows + more) };
      for (let row = seen.from; row < seen.to; ) {
        const line = printedLine(terminal, row, seen);
        for (const { from, to } of spansIn(terminal, wanted, line)) {
          const isLast = from.row === place?.row && from.column === place.column;
          for (let at = Math.max(from.row, viewportY); at <= Math.min(to.row, viewportY + rows - 1); at += 1) {
            const begin = at === from.row ? from.column : 0;
            const end = Math.min(columns, at === to.row ? to.column : columns);
            const start = (y + at - viewportY) * grid.columns + x;
            for (let cell = start + begin; cell < start + end; cell += 1) markCell(grid, cell, isLast);
          }
        }
        row = line.to;
      }
    },
    row: () => shown()?.row ?? null,
    active: () => wanted !== null,
    lose,
    clear: () => {
      lose();
      wanted = null;
    },
  };
}

/** The one that was found last is inverse, the others are underlined: without colours, too. */
function markCell({ cells }: Grid, at: number, isLast: boolean): void {
  const word = at * WORDS + 1;
  const foreground = cells[word] ?? 0;
  cells[word] = isLast ? foreground ^ FG.inverse : foreground | FG.underline;
}

/** What is in view stays where it is. */
function show(terminal: Terminal, row: number): void {
  const { viewportY } = terminal.buffer.active;
  if (row < viewportY || row >= viewportY + terminal.rows)
    terminal.scrollToLine(Math.max(0, row - Math.floor(terminal.rows / 2)));
}
