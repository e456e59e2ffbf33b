/**
 * A rectangle of character cells as flat arrays: what a screen shows, in a form that is cheap to compare. Colours and attributes are packed
 * as xterm.js packs them (common/buffer/Constants.ts of 6.0.0): no conversion on the way from the emulator.
 */

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** The text of each cell; `''` is the second half of a wide character. */
  readonly text: string[];
  readonly foreground: Int32Array;
  readonly background: Int32Array;
}

/** Of `foreground`: two bits of colour mode, 24 of colour, and these. */
export const FG = {
  inverse: 1 << 26,
  bold: 1 << 27,
  underline: 1 << 28,
  blink: 1 << 29,
  invisible: 1 << 30,
  strike: 1 << 31,
} as const;
/** Of `background`, likewise. */
export const BG = { italic: 1 << 26, dim: 1 << 27, overline: 1 << 30 } as const;
export const COLOUR = {
  mode: 3 << 24,
  palette16: 1 << 24,
  palette256: 2 << 24,
  rgb: 3 << 24,
  value: 0xffffff,
} as const;

/** What is compared of `background`: xterm keeps bits of its own there (extended attributes, protection). */
export const BACKGROUND_SHOWN = COLOUR.mode | COLOUR.value | BG.italic | BG.dim | BG.overline;

/** An empty grid: blanks in the default colours. */
export function makeGrid(columns: number, rows: number): Grid {
  const size = columns * rows;
  return {
    columns,
    rows,
    text: Array.from({ length: size }, () => ' '),
    foreground: new Int32Array(size),
    background: new Int32Array(size),
  };
}

/** Puts one cell. */
export function putCell(grid: Grid, at: number, text: string, foreground: number, background: number): void {
  grid.text[at] = text;
  grid.foreground[at] = foreground;
  grid.background[at] = background;
}

/** Before a rectangle is drawn over: of wide characters that stand half in it, the other half becomes a blank. */
export function cutAround(
  grid: Grid,
  { x, y, columns, rows }: { readonly x: number; readonly y: number; readonly columns: number; readonly rows: number },
): void {
  for (let row = y; row < Math.min(y + rows, grid.rows); row += 1) {
    const start = row * grid.columns;
    if (x > 0 && x < grid.columns && grid.text[start + x] === '') grid.text[start + x - 1] = ' ';
    const after = x + columns;
    if (after < grid.columns && grid.text[start + after] === '') grid.text[start + after] = ' ';
  }
}
