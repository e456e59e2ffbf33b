/** What a terminal has kept, line by line as the program printed it: rows that the terminal has wrapped are one line again. */
import type { IBuffer, Terminal } from '@xterm/headless';

/** A line as it was printed, and where in its text the rows that it takes begin. */
export interface PrintedLine {
  readonly from: number;
  /** The first row that is not its. */
  readonly to: number;
  readonly text: string;
  readonly starts: readonly number[];
}

/** Rows from the oldest, `to` not included. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** The line that a row belongs to; of a longer one only the rows within `rows`. */
export function printedLine(terminal: Terminal, row: number, rows: Rows): PrintedLine {
  const buffer = terminal.buffer.active;
  let from = row;
  while (from > rows.from && isWrapped(buffer, from)) from -= 1;
  let text = '';
  const starts: number[] = [];
  let to = from;
  do {
    starts.push(text.length);
    text += rowText(buffer, to);
    to += 1;
  } while (to < rows.to && isWrapped(buffer, to));
  return { from, to, text, starts };
}

function isWrapped(buffer: IBuffer, row: number): boolean {
  return buffer.getLine(row)?.isWrapped === true;
}

/** One row. Where it goes on in the next one its blanks count, but for a last cell in which a wide character found no room. */
function rowText(buffer: IBuffer, row: number): string {
  const line = buffer.getLine(row);
  if (line === undefined) return '';
  if (!isWrapped(buffer, row + 1)) return line.translateToString(true);
  const last = line.getCell(line.length - 1);
  const isLeftOver =
    last?.getChars() === '' &&
    buffer
      .getLine(row + 1)
      ?.getCell(0)
      ?.getWidth() === 2;
  return line.translateToString(false, 0, isLeftOver ? line.length - 1 : line.length);
}

/** The rows as text, without blanks at the ends of lines; all of them where none are named. */
export function textOf(terminal: Terminal, selection?: Rows): string {
  const { length } = terminal.buffer.active;
  const rows = { from: Math.max(0, selection?.from ?? 0), to: Math.min(length, selection?.to ?? length) };
  const lines: string[] = [];
  for (let row = rows.from; row < rows.to; ) {
    const line = printedLine(terminal, row, rows);
    lines.push(line.text.trimEnd());
    row = line.to;
  }
  return `${lines.join('\n').replace(/\n+$/, '')}\n`;
}

/** The column of each code unit of a row's text, and of its end. All units of a cell have the cell's. */
export function columnsOf(terminal: Terminal, row: number): readonly number[] {
  const line = terminal.buffer.active.getLine(row);
  const columns: number[] = [];
  let column = 0;
  for (let cell = line?.getCell(0); cell !== undefined; cell = line?.getCell(column, cell)) {
    for (let unit = 0; unit < Math.max(1, cell.getChars().length); unit += 1) columns.push(column);
    column += cell.getWidth() || 1;
    if (column >= (line?.length ?? 0)) break;
  }
  return [...columns, column];
}
