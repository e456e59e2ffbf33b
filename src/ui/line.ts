/** Lines of styled text, of an exact width in cells: all that a view makes. What comes from outside is made safe where spans are made. */
import { printable } from '../base/printable.ts';
import type { Sgr } from '../nix/log/styled.ts';

/** What a span means; `look.ts` says how that looks. */
export type Style = 'plain' | 'dim' | 'strong' | 'accent' | 'good' | 'warning' | 'bad' | 'selected' | 'title';

export interface Span {
  readonly text: string;
  readonly style: Style;
  /** What a log's own sequences asked for; it adds to the style. */
  readonly sgr?: Sgr;
}

export type Line = readonly Span[];

/** A span of our own words. */
export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

/** A span of a stranger's words: on one line, with nothing that a terminal would act on. */
export function foreign(text: string, style: Style = 'plain'): Span {
  return { text: printable(text), style };
}

const PLAIN =
  /^[\u0020-\u007e\u2500-\u257f\u258f\u2013\u2018-\u201f\u2026\u2190-\u2193\u2260\u25b8\u25be\u2717\u2713\u00b7]*$/;

/** Loaded for the first text that needs it: its tables and expressions cost as much as starting half a Node. */
let measure: ((text: string) => number) | undefined;

function stringWidth(text: string): number {
  measure ??= (require('string-width') as { readonly default: (text: string) => number }).default;
  return measure(text);
}

/** How many cells the text takes in a terminal. Not for text with escape sequences. */
export function width(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** The text in exactly `cells` cells: padded with blanks, or cut with `…` at its end. */
export function fit(text: string, cells: number): string {
  const taken = width(text);
  if (taken <= cells) return text + ' '.repeat(cells - taken);
  if (cells <= 0) return '';
  const cut = head(text, cells - 1);
  return `${cut}…${' '.repeat(cells - 1 - width(cut))}`;
}

/** As {@link fit}, padded on the left: for numbers. */
export function fitRight(text: string, cells: number): string {
  const taken = width(text);
  return taken <= cells ? ' '.repeat(cells - taken) + text : fit(text, cells);
}

/** Made when it is first needed: the first frame of a list in ASCII does without. */
let segmenter: Intl.Segmenter | undefined;

function segments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** The text's characters, as a person counts them. */
export function clusters(text: string): readonly string[] {
  return [...segments(text)].map(({ segment }) => segment);
}

/** The longest beginning of the text that takes at most `cells` cells. */
export function head(text: string, cells: number): string {
  if (text.length <= cells && PLAIN.test(text)) return text;
  let taken = 0;
  let end = 0;
  // No character that takes a cell is longer than this in practice, and a line of a stranger may be a megabyte.
  for (const { segment } of segments(text.slice(0, cells * 16))) {
    taken += width(segment);
    if (taken > cells) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

/** The text without its last character, as a person counts characters. */
export function withoutLast(text: string): string {
  const last = [...segments(text)].at(-1);
  return last === undefined ? '' : text.slice(0, last.index);
}

/** The line in exactly `cells` cells; what is too long is cut with `…`, what is added has the style of the last span. */
export function fitLine(line: Line, cells: number): Line {
  const fitted: Span[] = [];
  let left = cells;
  for (const [at, piece] of line.entries()) {
    const { text } = piece;
    const taken = width(text);
    const more = at < line.length - 1 && taken === left && line.slice(at + 1).some(next => next.text.trim() !== '');
    if (taken > left || more) {
      fitted.push({ ...piece, text: fit(more ? `${text} ` : text, left) });
      return fitted;
    }
    fitted.push(piece);
    left -= taken;
  }
  if (left > 0) fitted.push(span(' '.repeat(left), fitted.at(-1)?.style === 'selected' ? 'selected' : 'plain'));
  return fitted;
}

/** The line without its first cells; where a wide character is cut in two, a blank stands for its second half. */
export function dropCells(line: Line, cells: number): Line {
  let left = cells;
  return line.flatMap((piece): Line => {
    if (left === 0) return [piece];
    const gone = head(piece.text, left);
    const rest = piece.text.slice(gone.length);
    left -= width(gone);
    if (rest === '') return [];
    const halves = left > 0 ? clusters(rest.slice(0, 64))[0] : undefined;
    left = 0;
    if (halves === undefined) return [{ ...piece, text: rest }];
    return [{ ...piece, text: ' '.repeat(Math.max(0, width(halves) - 1)) + rest.slice(halves.length) }];
  });
}

/** The line with every span in one style: a selected row. */
export function restyled(line: Line, style: Style): Line {
  return line.map(({ text }) => span(text, style));
}

/** The text of a line, without its styles. */
export function lineText(line: Line): string {
  return line.map(({ text }) => text).join('');
}

/** The text in pieces of at most `cells` cells. */
export function chunks(text: string, cells: number): readonly string[] {
  const pieces: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const piece = head(rest, cells) || rest.slice(0, 1);
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return pieces.length === 0 ? [''] : pieces;
}

/** As {@link chunks}, but between words, where the words are not longer than a line. */
export function wordChunks(text: string, cells: number): readonly string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(' ')) {
    const longer: string = line === null ? word : `${line} ${word}`;
    if (width(longer) <= cells) {
      line = longer;
      continue;
    }
    // A long word, a path mostly, begins on the line that has room: it is broken anyway.
    const fits = width(word) <= cells;
    if (fits && line !== null) lines.push(line);
    const broken = fits ? [word] : chunks(longer, cells);
    lines.push(...broken.slice(0, -1));
    line = broken.at(-1) ?? '';
  }
  return [...lines, line ?? ''];
}
