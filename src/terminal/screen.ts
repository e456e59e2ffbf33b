/**
 * A screen in memory: bytes go in, cells come out. xterm.js without a display; it answers a program's questions (device attributes, cursor
 * position) to that program alone. What a program asks of a terminal besides (clipboard, title, modes) is kept as data, never passed on here.
 */
import { type IBufferLine, Terminal } from '@xterm/headless';
import { makeClamp } from './clamp.ts';
import { answerTo, type ColourOf } from './colours.ts';
import { BACKGROUND_SHOWN, BG, CHARACTER, COLOUR, FG, type Grid, UNDERLINE, WORDS } from './grid.ts';
import { followModes, type Modes } from './modes.ts';
import { cellText, limitMarks, shownCode } from './unicode.ts';

export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  /** Lines that are kept above the screen. */
  readonly scrollback: number;
  /** Line feeds begin a new line: for text that no tty has translated. */
  readonly newLineMode?: boolean;
  /** What the screen answers, for the program's input. */
  readonly onAnswer?: (text: string) => void;
  /** The colours that a program is told when it asks (OSC 4, 10, 11, 12). Absent: none. */
  readonly colourOf?: ColourOf;
  /** OSC 52: the program wants to write the clipboard. Absent: it may not. */
  readonly onClipboard?: (base64: string) => void;
}

/**
 * A line as xterm keeps it, which its public type does not show (common/buffer/BufferLine.ts of 6.0.0; a test holds it to that): three words a
 * cell, the text of cells that hold more than one code point, and what underlines those whose background says so.
 */
interface PackedLine extends IBufferLine {
  readonly _line: {
    readonly _data: Uint32Array;
    readonly _combined: Readonly<Record<number, string>>;
    readonly _extendedAttrs: Readonly<Record<number, { readonly _ext: number } | undefined>>;
  };
}
/** What a person types who types nothing. */
const NO_KEYS = '';
/** Typing scrolls to the end, if this is not said (an option of xterm.js that the types of its headless form leave out). */
const UNSCROLLED = { scrollOnUserInput: false };
const CODE = 0x1fffff;
const IS_COMBINED = 0x200000;
const WIDTH_SHIFT = 22;

export interface Screen {
  readonly terminal: Terminal;
  readonly modes: Modes;
  /** Gives bytes to the emulator; `parsed` is called when they were worked off. */
  write(bytes: Uint8Array | string, parsed?: () => void): void;
  resize(columns: number, rows: number): void;
  /** Copies what is visible, from the row `from` on, into `grid`, its first cell at column `x` of row `y`; what does not fit is cut. */
  copyTo(grid: Grid, x: number, y: number, columns: number, rows: number, from?: number): void;
  /** Where the cursor stands, from 0; null where it is scrolled out of view. */
  cursor(): { readonly x: number; readonly y: number } | null;
  dispose(): void;
}

/** Makes one. */
export function makeScreen(options: ScreenOptions): Screen {
  const terminal = new Terminal({
    cols: options.columns,
    rows: options.rows,
    scrollback: options.scrollback,
    allowProposedApi: true,
    convertEol: options.newLineMode === true,
    logLevel: 'off',
    ...UNSCROLLED,
  });
  limitMarks(terminal);
  const modes = followModes(terminal.parser);
  const clamp = makeClamp(() => ({ columns: terminal.cols, rows: terminal.rows }));
  // Returning true keeps a sequence from whatever xterm or an addon would do with it.
  terminal.parser.registerOscHandler(52, data => {
    const base64 = data.slice(data.indexOf(';') + 1);
    if (base64 !== '?') options.onClipboard?.(base64);
    return true;
  });
  for (const code of [4, 10, 11, 12])
    terminal.parser.registerOscHandler(code, data => {
      const answer = answerTo(code, data, options.colourOf ?? (() => null));
      if (answer !== '') options.onAnswer?.(answer);
      return true;
    });
  if (options.onAnswer !== undefined) terminal.onData(text => text !== NO_KEYS && options.onAnswer?.(text));
  return {
    terminal,
    modes,
    write: (bytes, parsed) => {
      const clamped = clamp(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
      // xterm.js works bytes off in a timer, a millisecond later, unless a person has just typed something (WriteBuffer.write of 6.0.0).
      terminal.input(NO_KEYS);
      terminal.write(clamped, parsed);
    },
    resize: (columns, rows) => terminal.resize(columns, rows),
    copyTo: (grid, x, y, columns, rows, from = 0) => {
      const buffer = terminal.buffer.active;
      for (let row = 0; row < Math.min(rows, grid.rows - y); row += 1) {
        const at = from + row;
        const line = at < terminal.rows ? buffer.getLine(buffer.viewportY + at) : undefined;
        copyLine(
          line as PackedLine | undefined,
          grid,
          (y + row) * grid.columns + x,
          Math.min(columns, grid.columns - x),
        );
      }
    },
    cursor: () => {
      const { baseY, viewportY, cursorX, cursorY } = terminal.buffer.active;
      const y = baseY + cursorY - viewportY;
      return y < terminal.rows ? { x: Math.min(cursorX, terminal.cols - 1), y } : null;
    },
    dispose: () => terminal.dispose(),
  };
}

/** One line into the grid, in its form: half characters, empty cells and marks without a character are blanks. */
function copyLine(line: PackedLine | undefined, grid: Grid, at: number, columns: number): void {
  const { cells } = grid;
  const data = line?._line._data ?? NOTHING;
  let wideBefore = false;
  for (let column = 0, from = 0, to = at * WORDS; column < columns; column += 1, from += WORDS, to += WORDS) {
    const content = data[from] ?? EMPTY;
    const background = data[from + 2] ?? 0;
    cells[to + 1] = data[from + 1] ?? 0;
    cells[to + 2] = background & BACKGROUND_SHOWN;
    if ((background & BG.extended) !== 0 && line !== undefined) copyUnderline(line, column, grid, at + column);
    const width = content >>> WIDTH_SHIFT;
    if (width === 1 && !wideBefore && (content & IS_COMBINED) === 0) {
      const code = content & CODE;
      cells[to] = code < 0x7f ? Math.max(code, CHARACTER.blank) : shownCode(code);
      continue;
    }
    // Half a wide character cannot be shown: the emulator keeps one where the other half was written over, and an edge cuts one.
    if (wideBefore && width !== 0) cells[to - WORDS] = CHARACTER.blank;
    const whole: boolean = width === 1 || (width === 0 ? wideBefore : column < columns - 1);
    if (!whole) cells[to] = CHARACTER.blank;
    else if (width === 0) cells[to] = CHARACTER.half;
    else if ((content & IS_COMBINED) === 0) cells[to] = shownCode(content & CODE);
    else cells[to] = copyText(line?._line._combined[column] ?? ' ', grid, at + column);
    wideBefore = width === 2 && whole;
  }
}

/** @returns what stands for it in the cell */
function copyText(text: string, grid: Grid, at: number): number {
  const shown = cellText(text);
  const code = shown.codePointAt(0) ?? CHARACTER.blank;
  if (shown.length === (code > 0xffff ? 2 : 1)) return shownCode(code);
  grid.texts.set(at, shown);
  return CHARACTER.several;
}

/** Only a style or a colour of its own is worth a word: a plain line is an attribute of the foreground. */
function copyUnderline(line: PackedLine, column: number, grid: Grid, at: number): void {
  const word = at * WORDS;
  const underlined = ((grid.cells[word + 1] ?? 0) & FG.underline) !== 0;
  const kept = underlined ? (line._line._extendedAttrs[column]?._ext ?? 0) : 0;
  const style = kept & UNDERLINE.style;
  const own = (style === PLAIN_LINE ? 0 : style) | underlineColour(kept & UNDERLINE.colour);
  if (own === 0) return;
  grid.cells[word + 2] = (grid.cells[word + 2] ?? 0) | BG.extended;
  grid.underlines.set(at, own);
}

/** xterm leaves the bits of an earlier colour in one of the palette; the colour that `CSI 59 m` sets, all its bits, is none. */
function underlineColour(kept: number): number {
  if (kept === UNDERLINE.colour) return 0;
  return (kept & COLOUR.mode) === COLOUR.rgb ? kept : kept & (COLOUR.mode | 0xff);
}

const PLAIN_LINE = 1 << UNDERLINE.styleShift;
const NOTHING = new Uint32Array(0);
const EMPTY = 1 << WIDTH_SHIFT;
