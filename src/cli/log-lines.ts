/** Lines of a log for stdout: all of them as they are read, the last ones, or those around its errors. */
import { type LogBytes } from '../nix/log/bytes.ts';
import { lineSplitter, textOf } from '../nix/log/lines.ts';
import type { LogIndex } from '../nix/log/log-index.ts';
import { START } from '../nix/log/packed.ts';
import { tailAddress } from '../nix/log/tail.ts';
import { type Colours, type Excerpt, logLine } from '../report/log.ts';
import { print } from './say.ts';

type Problem = (sentence: string) => void;

const BUFFER_UNITS = 65_536;

/** Prints a log while it is read. A reader that goes away ends it. @returns the exit status */
export async function printLines(log: LogBytes, colours: Colours, problem: Problem): Promise<number> {
  let text = '';
  const splitter = lineSplitter(raw => {
    const line = logLine(textOf(raw), colours);
    if (line !== null) text += `${line}\n`;
  });
  for await (const piece of log.pieces(START, { problem })) {
    splitter.feed(piece);
    if (text.length < BUFFER_UNITS) continue;
    const status = print(text);
    if (status !== 0) return status;
    text = '';
  }
  splitter.end();
  return print(text);
}

/** The last lines that are shown, without reading what is long before them. */
export async function lastLines(log: LogBytes, count: number, colours: Colours, problem: Problem): Promise<string> {
  for (let share = 1; ; share *= 4) {
    const from = await tailAddress(log, share);
    const problems: string[] = [];
    const last: string[] = [];
    const splitter = lineSplitter(raw => {
      const line = logLine(textOf(raw), colours);
      if (line !== null) last.push(line);
      if (last.length > 2 * count + 1000) last.splice(0, last.length - count - 1);
    });
    for await (const piece of log.pieces(from, { problem: sentence => problems.push(sentence) })) splitter.feed(piece);
    splitter.end();
    const whole = from.unit === START.unit && from.skip === START.skip;
    // The first line may have begun before.
    if (!whole && last.length <= count) continue;
    problems.forEach(problem);
    return count === 0
      ? ''
      : last
          .slice(-count)
          .map(line => `${line}\n`)
          .join('');
  }
}

const BEFORE = 2;
const AFTER = 3;
/** What is shown of a log in which no line tells of an error. */
const NO_ERROR_LINES = 10;

/** The lines around each error; signs of one only where there is nothing better; the last lines where there is nothing. */
export async function errorExcerpts(index: LogIndex): Promise<readonly Excerpt[]> {
  const { facts } = index.state();
  const good = facts.errors.filter(({ rank }) => rank !== 'sign');
  const marked = (good.length > 0 ? good : facts.errors).map(({ line }) => line);
  const last = facts.lineCount;
  if (marked.length === 0)
    return last === 0
      ? []
      : [{ lines: await index.lines(Math.max(1, last + 1 - NO_ERROR_LINES), NO_ERROR_LINES), marked: [] }];
  const excerpts: Excerpt[] = [];
  for (const group of together(marked)) {
    const from = Math.max(1, (group[0] ?? 1) - BEFORE);
    const to = Math.min(last, (group.at(-1) ?? from) + AFTER);
    excerpts.push({ lines: await index.lines(from, to + 1 - from), marked: group });
  }
  return excerpts;
}

/** Errors whose surroundings touch, as one group. */
function together(lines: readonly number[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (const line of lines) {
    const group = groups.at(-1);
    if (group !== undefined && line - (group.at(-1) ?? 0) <= BEFORE + AFTER + 1) group.push(line);
    else groups.push([line]);
  }
  return groups;
}
