/** One frame out of two screens: the chrome, and the pane where it is shown. */
import type { Cursor } from './compositor.ts';
import { cutAround, type Grid } from './grid.ts';
import type { InnerPane } from './pane.ts';
import type { Screen } from './screen.ts';
import type { View } from './terminal-app.ts';

/** A view of a pane of this room. */
export type InnerView = View & { readonly pane: InnerPane | null };

/** Draws the frame into `grid`. */
export function compose(grid: Grid, chrome: Screen, { pane, rect }: InnerView): void {
  grid.texts.clear();
  grid.underlines.clear();
  if (pane === null || rect === null) return chrome.copyTo(grid, 0, 0, grid.columns, grid.rows);
  const { x, y, columns, rows } = rect;
  const below = y + rows;
  const covered = x === 0 && columns >= grid.columns;
  chrome.copyTo(grid, 0, 0, grid.columns, covered ? y : below);
  chrome.copyTo(grid, 0, below, grid.columns, grid.rows - below, below);
  cutAround(grid, rect);
  pane.screen.copyTo(grid, x, y, columns, rows);
  pane.mark(grid, x, y, Math.min(columns, grid.columns - x), Math.min(rows, grid.rows - y));
}

/** Where the cursor of whoever has the keyboard stands in the frame; null where it hides it, or it is out of view. */
export function cursorIn(chrome: Screen, { pane, rect, focus }: InnerView): Cursor {
  if (focus === 'chrome' || pane === null || rect === null) return chrome.modes.on.has(25) ? chrome.cursor() : null;
  const at = pane.screen.modes.on.has(25) ? pane.screen.cursor() : null;
  return at === null || at.x >= rect.columns || at.y >= rect.rows ? null : { x: at.x + rect.x, y: at.y + rect.y };
}
