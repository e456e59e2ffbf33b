/**
 * A rectangle of character cells as one flat array: what a screen shows, in a form that is cheap to fill and to compare. Colours and attributes
 * are packed as xterm.js packs them (common/buffer/Constants.ts of 6.0.0): no conversion on the way from the emulator.
 */

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** {@link WORDS} for each cell: its character (see {@link CHARACTER}), foreground, background. */
  readonly cells: Int32Array;
  /** The text of cells that hold more than one code point, by the cell's place. */
  readonly texts: Map<number, string>;
  /** How cells are underlined whose background says {@link BG}`.extended`: style and colour (see {@link UNDERLINE}). */
  readonly underlines: Map<number, number>;
}

export const WORDS = 3;

/** The first word of a cell: a code point, or one of these. */
export const CHARACTER = {
  /** The second half of a wide character. */
  half: 0,
  blank: 0x20,
  /** The text is in {@link Grid}`.texts`. */
  several: 0x200000,
} as const;

/** Of the foreground: two bits of colour mode, 24 of colour, and these. */
export const FG = {
  inverse: 1 << 26,
  bold: 1 << 27,
  underline: 1 << 28,
  blink: 1 << 29,
  invisible: 1 << 30,
  strike: 1 << 31,
} as const;
/** Of the background, likewise. */
export const BG = { italic: 1 << 26, dim: 1 << 27, extended: 1 << 28, overline: 1 << 30 } as const;
export const COLOUR = {
  mode: 3 << 24,
  palette16: 1 << 24,
  palette256: 2 << 24,
  rgb: 3 << 24,
  value: 0xffffff,
} as const;
/** Of an underline: a colour as above, none is the text's; the style is the number of `CSI 4 : style m` (1: a plain line). */
export const UNDERLINE = { colour: COLOUR.mode | COLOUR.value, style: 7 << 26, styleShift: 26 } as const;

/** What is compared of the background: xterm keeps bits of its own there (protection). */
export const BACKGROUND_SHOWN = COLOUR.mode | COLOUR.value | BG.italic | BG.dim | BG.overline;

/** An empty grid: blanks in the default colours. */
export function makeGrid(columns: number, rows: number): Grid {
  const cells = new Int32Array(columns * rows * WORDS);
  for (let word = 0; word < cells.length; word += WORDS) cells[word] = CHARACTER.blank;
  return { columns, rows, cells, texts: new Map(), underlines: new Map() };
}

export interface Cell {
  /** `''` is the second half of a wide character. */
  readonly text: string;
  readonly foreground: number;
  readonly background: number;
  /** 0: as the foreground says. */
  readonly underline: number;
}

/** Puts one cell. */
export function putCell(
  grid: Grid,
  at: number,
  text: string,
  foreground: number,
  background: number,
  underline = 0,
): void {
  const code = text.codePointAt(0) ?? CHARACTER.half;
  const several = text.length > 1 && text !== String.fromCodePoint(code);
  const word = at * WORDS;
  grid.cells[word] = several ? CHARACTER.several : code;
  grid.cells[word + 1] = foreground;
  grid.cells[word + 2] = underline === 0 ? background : background | BG.extended;
  if (several) grid.texts.set(at, text);
  if (underline !== 0) grid.underlines.set(at, underline);
}

/** Reads one. */
export function cellAt(grid: Grid, at: number): Cell {
  const [character = CHARACTER.blank, foreground = 0, background = 0] = grid.cells.subarray(
    at * WORDS,
    at * WORDS + WORDS,
  );
  const several = character === CHARACTER.several;
  return {
    text: several ? (grid.texts.get(at) ?? ' ') : character === CHARACTER.half ? '' : String.fromCodePoint(character),
    foreground,
    background: background & ~BG.extended,
    underline: (background & BG.extended) === 0 ? 0 : (grid.underlines.get(at) ?? 0),
  };
}

/** Before a rectangle is drawn over: of wide characters that stand half in it, the other half becomes a blank. */
export function cutAround(
  grid: Grid,
  { x, y, columns, rows }: { readonly x: number; readonly y: number; readonly columns: number; readonly rows: number },
): void {
  const { cells } = grid;
  const isHalf = (at: number): boolean => cells[at * WORDS] === CHARACTER.half;
  for (let row = y; row < Math.min(y + rows, grid.rows); row += 1) {
    const start = row * grid.columns;
    const after = x + columns;
    if (x > 0 && x < grid.columns && isHalf(start + x)) cells[(start + x - 1) * WORDS] = CHARACTER.blank;
    if (after < grid.columns && isHalf(start + after)) cells[(start + after) * WORDS] = CHARACTER.blank;
  }
}
