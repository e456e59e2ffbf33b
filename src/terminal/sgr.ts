/** Colours and attributes of a cell as the SGR sequence that sets them from nothing (ECMA-48, 8.3.117; ISO 8613-6 for colours). */
import { BG, COLOUR, FG, UNDERLINE } from './grid.ts';

const CACHE_SIZE = 4096;
const known = new Map<number, Map<number, string>>();
let size = 0;

/** `ESC [ 0 ; … m`. The same few combinations come again and again: they are remembered. */
export function sgrOf(foreground: number, background: number): string {
  const found = known.get(foreground)?.get(background);
  if (found !== undefined) return found;
  if (size >= CACHE_SIZE) {
    known.clear();
    size = 0;
  }
  const made = make(foreground, background);
  const of = known.get(foreground) ?? new Map<number, string>();
  of.set(background, made);
  known.set(foreground, of);
  size += 1;
  return made;
}

/**
 * What follows where the underline is not plain: `ESC [ 4 : 3 m`, `ESC [ 58 : … m`. Sequences of their own: a terminal that does not know
 * them ignores them and keeps the plain line, where one in a list would spoil the list.
 */
export function underlineOf(underline: number): string {
  const style = (underline & UNDERLINE.style) >>> UNDERLINE.styleShift;
  const value = underline & COLOUR.value;
  const line = style > 1 ? `\u001b[4:${style}m` : '';
  switch (underline & COLOUR.mode) {
    case COLOUR.palette16:
    case COLOUR.palette256:
      return `${line}\u001b[58:5:${value}m`;
    case COLOUR.rgb:
      return `${line}\u001b[58:2::${value >> 16}:${(value >> 8) & 0xff}:${value & 0xff}m`;
    default:
      return line;
  }
}

function make(foreground: number, background: number): string {
  const codes = ['0'];
  if ((foreground & FG.bold) !== 0) codes.push('1');
  if ((background & BG.dim) !== 0) codes.push('2');
  if ((background & BG.italic) !== 0) codes.push('3');
  if ((foreground & FG.underline) !== 0) codes.push('4');
  if ((foreground & FG.blink) !== 0) codes.push('5');
  if ((foreground & FG.inverse) !== 0) codes.push('7');
  if ((foreground & FG.invisible) !== 0) codes.push('8');
  if ((foreground & FG.strike) !== 0) codes.push('9');
  if ((background & BG.overline) !== 0) codes.push('53');
  colour(codes, foreground, 30, 90, 38);
  colour(codes, background, 40, 100, 48);
  return `\u001b[${codes.join(';')}m`;
}

function colour(codes: string[], packed: number, low: number, bright: number, extended: number): void {
  const value = packed & COLOUR.value;
  switch (packed & COLOUR.mode) {
    case COLOUR.palette16:
      codes.push(String(value < 8 ? low + value : bright + value - 8));
      return;
    case COLOUR.palette256:
      codes.push(`${extended};5;${value}`);
      return;
    case COLOUR.rgb:
      codes.push(`${extended};2;${(value >> 16) & 0xff};${(value >> 8) & 0xff};${value & 0xff}`);
  }
}
