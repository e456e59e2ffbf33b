/** What a person does with what a pane's program has printed: scroll back, search, select lines. */
import type { Grid } from './grid.ts';
import type { Direction } from './hits.ts';
import type { Screen } from './screen.ts';
import { textOf } from './scrollback.ts';
import { type Found, makeSearch } from './search.ts';
import { makeSelection } from './selection.ts';

export interface Reading {
  /** Towards older lines for positive numbers; while lines are selected, their end moves. */
  readonly scroll: (lines: number) => void;
  /** How many lines below what is shown. */
  readonly scrolledBack: () => number;
  /** Shows the next place with the text, and marks all that are in view. */
  readonly search: (text: string, direction: Direction) => Found;
  /** Begins to select lines: at the place that was found, or the last line in view; once more: at the line that was reached. */
  readonly select: () => void;
  /** How many lines are selected. */
  readonly selected: () => number;
  /** Ends the selection; where there is none, the search. @returns which of them there was */
  readonly unmark: () => 'selection' | 'search' | null;
  /** It is over: nothing is marked, and what was printed last is in view. */
  readonly end: () => void;
  /** The selected lines; all of screen and scrollback where none are. */
  readonly text: () => string;
}

/** What the pane itself needs besides. */
export interface InnerReading extends Reading {
  /** Marks what was found and selected in a grid into which the screen was copied, its first cell at column `x` of row `y`. */
  readonly mark: (grid: Grid, x: number, y: number, columns: number, rows: number) => void;
  /** Rows are others now: the terminal has another size. */
  readonly resized: () => void;
}

/** @param changed what is marked, or in view, is another now */
export function makeReading(terminal: Screen['terminal'], changed: () => void): InnerReading {
  const search = makeSearch(terminal);
  const selection = makeSelection(terminal);
  return {
    scroll: lines => {
      if (!selection.move(lines)) terminal.scrollLines(-lines);
      changed();
    },
    scrolledBack: () => terminal.buffer.active.baseY - terminal.buffer.active.viewportY,
    search: (text, direction) => {
      const found = search.find(text, direction);
      changed();
      return found;
    },
    select: () => {
      selection.begin(search.row());
      changed();
    },
    selected: () => selection.rows(),
    unmark: () => {
      const had = selection.rows() > 0 ? 'selection' : search.active() ? 'search' : null;
      if (had === 'selection') selection.clear();
      else search.clear();
      changed();
      return had;
    },
    end: () => {
      selection.clear();
      search.clear();
      terminal.scrollToBottom();
      changed();
    },
    text: () => selection.text() ?? textOf(terminal),
    mark: (...place) => {
      search.mark(...place);
      selection.mark(...place);
    },
    resized: () => {
      search.lose();
      selection.clear();
    },
  };
}
