/** Where a text stands in what a terminal shows and has kept, in rows and columns. */
import type { Screen } from './screen.ts';
import { columnsOf, type PrintedLine, printedLine } from './scrollback.ts';

type Terminal = Screen['terminal'];
export type Direction = 'up' | 'down';

/** A cell, its row from the oldest. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** A longer text is cut: nobody types that, and comparing it with everything takes its time. */
const LONGEST = 256;

/** What is looked for. Case counts where the text has a capital (as in Vim and less). Lengths stay as they are, so that hits have a place. */
export function pattern(text: string): RegExp {
  const literal = text.slice(0, LONGEST).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(literal, text === text.toLowerCase() ? 'giu' : 'gu');
}

/** The nearest hit before or behind a place, line by line. */
export function nextHit(terminal: Terminal, wanted: RegExp, from: Place, direction: Direction): Place | null {
  const { length } = terminal.buffer.active;
  const all = { from: 0, to: length };
  for (let row = Math.max(0, Math.min(from.row, length - 1)); row >= 0 && row < length; ) {
    const line = printedLine(terminal, row, all);
    const offsets = [...line.text.matchAll(wanted)].map(({ index }) => index);
    const bound = offsetOf(terminal, line, from);
    const offset = direction === 'up' ? offsets.findLast(at => at < bound) : offsets.find(at => at > bound);
    if (offset !== undefined) return placeOf(line, offset, at => columnsOf(terminal, at));
    row = direction === 'up' ? line.from - 1 : line.to;
  }
  return null;
}

/** Where in a line's text a place is; before or behind all of it for a place that is. */
function offsetOf(terminal: Terminal, line: PrintedLine, { row, column }: Place): number {
  if (row < line.from) return -1;
  if (row >= line.to) return Number.POSITIVE_INFINITY;
  const start = line.starts[row - line.from] ?? 0;
  return start + Math.max(0, columnsOf(terminal, row).indexOf(column));
}

function placeOf(line: PrintedLine, offset: number, columns: (row: number) => readonly number[]): Place {
  const row = line.from + line.starts.findLastIndex(start => start <= offset);
  const start = line.starts[row - line.from] ?? 0;
  return { row, column: columns(row)[offset - start] ?? 0 };
}

/** Where the hits of a line begin, and end: `to` is the last row, and the column behind the last cell there. */
export function spansIn(
  terminal: Terminal,
  wanted: RegExp,
  line: PrintedLine,
): readonly { readonly from: Place; readonly to: Place }[] {
  const known = new Map<number, readonly number[]>();
  const columns = (row: number): readonly number[] => {
    const found = known.get(row) ?? columnsOf(terminal, row);
    known.set(row, found);
    return found;
  };
  return [...line.text.matchAll(wanted)].map(({ index, 0: text }) => {
    const { row, column } = placeOf(line, index + text.length - 1, columns);
    const behind = columns(row).find(next => next > column) ?? column + 1;
    return { from: placeOf(line, index, columns), to: { row, column: behind } };
  });
}
