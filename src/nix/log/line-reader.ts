/** Reads lines of a log again, from the nearest mark. */
import type { LogBytes } from './bytes.ts';
import type { LineCache } from './line-cache.ts';
import { lineSplitter, textOf } from './lines.ts';
import type { Mark, Marks } from './marks.ts';

export interface LogLine {
  /** 1-based. */
  readonly number: number;
  /** Bytes in a string, with colours and all else: for the terminal `sgrOnly` or `safeText` of `ansi.ts`. */
  readonly text: string;
}

interface Source {
  readonly log: LogBytes;
  readonly marks: Marks;
  readonly cache: LineCache;
  readonly signal: AbortSignal;
  /** How many lines were read so far. */
  readonly known: () => number;
}

/** How many marks of one unit are read at once: unpacking a block is what takes time, so its neighbours come along. */
const NEIGHBOURS = 16;

/** A function that reads the lines from `first` to `last`, both counted; fewer where the log has fewer. */
export function lineReader(source: Source): (first: number, last: number) => Promise<readonly LogLine[]> {
  return async (first, last) => {
    const found: LogLine[] = [];
    const end = Math.min(last, source.known());
    for (let line = first; line <= end; ) {
      const lines = await behindMark(source, line);
      if (lines === null) break;
      for (const text of lines.texts.slice(line - lines.first, end + 1 - lines.first)) {
        found.push({ number: line, text });
        line += 1;
      }
    }
    return found;
  };
}

/** The lines around `line`, of which it is one; null where the file has it no more. */
async function behindMark(source: Source, line: number) {
  const place = source.marks.before(line);
  const mark = source.marks.all[place];
  if (mark === undefined) return null;
  const cached = source.cache.get(mark.line);
  if (cached !== undefined && line < mark.line + cached.length) return { first: mark.line, texts: cached };
  await load(source, place, mark, line);
  const texts = source.cache.get(mark.line);
  return texts !== undefined && line < mark.line + texts.length ? { first: mark.line, texts } : null;
}

/** Reads the lines behind a mark into the cache, and those of the marks of the same unit that are near. */
async function load(
  { log, marks, cache, signal, known }: Source,
  place: number,
  mark: Mark,
  line: number,
): Promise<void> {
  const unit = mark.at.unit;
  const near = marks.all
    .slice(Math.max(0, place - NEIGHBOURS), place + NEIGHBOURS)
    .filter(other => other.at.unit === unit);
  const start = near[0] ?? mark;
  const ends = new Map(near.map((other, at) => [other.line, near[at + 1]?.line]));
  const stop =
    marks.all[marks.all.findIndex(other => other.line === (near.at(-1) ?? mark).line) + 1]?.line ?? known() + 1;
  let number = start.line;
  let first = start.line;
  let texts: string[] = [];
  const put = (): void => {
    if (texts.length > 0) cache.set(first, texts);
    first = number;
    texts = [];
  };
  const splitter = lineSplitter(raw => {
    if (number >= stop) return;
    texts.push(textOf(raw));
    number += 1;
    if (ends.get(first) === number) put();
  });
  for await (const piece of log.pieces(start.at, { problem: () => undefined, signal })) {
    splitter.feed(piece);
    // Behind the block of the lines that are wanted, the next one would have to be unpacked for its neighbours' sake.
    if (number >= stop || (piece.unit !== unit && number > line && first > mark.line)) return put();
  }
  splitter.end();
  put();
}
