/** Looks for text in a log, forwards or backwards. */
import { toBytes } from '../../base/path.ts';
import { plainText } from './ansi.ts';
import type { LogBytes } from './bytes.ts';
import { lineSplitter, type RawLine } from './lines.ts';
import type { Mark, Marks } from './marks.ts';
import { START } from './packed.ts';

export type Direction = 'forward' | 'backward';

interface Wanted {
  readonly from: number;
  readonly direction: Direction;
  readonly signal: AbortSignal;
}

interface Searched {
  readonly log: LogBytes;
  readonly marks: Marks;
}

const BEGINNING: Mark = { line: 1, at: START };

/**
 * The first line at or behind `from` that holds the text, or the last one at or before it; null where there is none. Colours
 * are looked through; where the text has no capital letter, capital letters count as small ones (A to Z).
 */
export async function searchLines(searched: Searched, text: string, wanted: Wanted): Promise<number | null> {
  if (text === '') return null;
  const holds = matcher(text);
  return wanted.direction === 'forward' ? forward(searched, holds, wanted) : backward(searched, holds, wanted);
}

function matcher(text: string): (line: RawLine) => boolean {
  // As bytes: no line needs decoding, and bytes that are no UTF-8 can be found.
  const needle = toBytes(text).toString('latin1');
  const folds = !/[A-Z]/.test(needle);
  return ({ bytes }) => {
    const line = plainText(bytes.toString('latin1'));
    return (folds ? lower(line) : line).includes(needle);
  };
}

/** Only ASCII: in Latin-1 the halves of other characters would be changed. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

async function forward(
  { log, marks }: Searched,
  holds: (line: RawLine) => boolean,
  wanted: Wanted,
): Promise<number | null> {
  const mark = marks.all[marks.before(wanted.from)] ?? BEGINNING;
  return scan(
    log,
    mark,
    wanted.signal,
    (number, line) => number >= wanted.from && holds(line),
    Number.POSITIVE_INFINITY,
    'first',
  );
}

/** From the last unit (a bz2 block) back to the first, each read forwards once. */
async function backward(
  { log, marks }: Searched,
  holds: (line: RawLine) => boolean,
  wanted: Wanted,
): Promise<number | null> {
  let end = wanted.from + 1;
  while (end > 1) {
    const place = marks.before(end - 1);
    const last = marks.all[place] ?? BEGINNING;
    const first = firstOfUnit(marks.all, place) ?? last;
    const found = await scan(log, first, wanted.signal, (_, line) => holds(line), end, 'last');
    if (found !== null) return found;
    end = first.line;
  }
  return null;
}

function firstOfUnit(marks: readonly Mark[], place: number): Mark | undefined {
  let at = place;
  while (at > 0 && marks[at - 1]?.at.unit === marks[place]?.at.unit) at -= 1;
  return marks[at];
}

/** Reads lines from a mark until `end` (not counted). @returns the first or the last line that is wanted */
async function scan(
  log: LogBytes,
  mark: Mark,
  signal: AbortSignal,
  wanted: (number: number, line: RawLine) => boolean,
  end: number,
  which: 'first' | 'last',
): Promise<number | null> {
  let number = mark.line;
  let found: number | null = null;
  const done = (): boolean => number >= end || (which === 'first' && found !== null);
  const splitter = lineSplitter(line => {
    if (done()) return;
    if (wanted(number, line)) found = number;
    number += 1;
  });
  for await (const piece of log.pieces(mark.at, { problem: () => undefined, signal })) {
    splitter.feed(piece);
    if (done()) return found;
  }
  splitter.end();
  return found;
}
