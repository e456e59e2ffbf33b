/** Steps over bash text that is not wanted: blanks, comments, commands, arrays, bodies of functions. Each in linear time. */
import { fromBytes } from '../base/path.ts';
import { type BashText, BYTE, readPart, readWord } from './bash-word.ts';

/** Steps over blanks, and over newlines that a backslash hides. */
export function skipBlanks(text: BashText): void {
  const { bytes } = text;
  for (;;) {
    const byte = bytes[text.at];
    if (byte === BYTE.blank || byte === BYTE.tab) text.at += 1;
    else if (byte === BYTE.backslash && bytes[text.at + 1] === BYTE.newline) text.at += 2;
    else return;
  }
}

/** Steps to the newline, or the end. */
export function skipLine(text: BashText): void {
  const end = text.bytes.indexOf(BYTE.newline, text.at);
  text.at = end < 0 ? text.bytes.length : end;
}

/** Whether a command ends here: at the end, a newline, `;`, or a comment. */
export function atCommandEnd(text: BashText): boolean {
  const byte = text.bytes[text.at];
  return byte === undefined || byte === BYTE.newline || byte === BYTE.semicolon || byte === BYTE.hash;
}

/** Steps to the end of a command, past quoted newlines. */
export function skipCommand(text: BashText): void {
  for (;;) {
    skipBlanks(text);
    if (atCommandEnd(text)) return;
    const start = text.at;
    readWord(text);
    // One of &|()<>, which is no word.
    if (text.at === start) text.at += 1;
  }
}

/** Steps over an array's `(…)`, whose opening parenthesis is here. */
export function skipArray(text: BashText): void {
  const { bytes } = text;
  let depth = 0;
  let between = false;
  while (text.at < bytes.length) {
    const byte = bytes[text.at] ?? 0;
    text.size = 0;
    if (byte === BYTE.hash && between) skipLine(text);
    else if (byte === BYTE.open || byte === BYTE.close) {
      text.at += 1;
      depth += byte === BYTE.open ? 1 : -1;
      if (depth === 0) return;
    } else readPart(text, byte);
    between = byte === BYTE.blank || byte === BYTE.tab || byte === BYTE.newline || byte === BYTE.open;
  }
  text.cutOff = true;
}

const FUNCTION_END = '\ndeclare -f';
const OPENING_BRACE = 0x7b;
const BRACE_LINE = '\n}\n';

/** Where the bodies of a text's functions end: it is searched once, however many functions there are. */
export interface FunctionEnds {
  /** The places of the lines `declare -fx NAME`, by name, the last one first; null before they were looked for. */
  declared: Map<string, number[]> | null;
  /** False when no line `}` is left. */
  braces: boolean;
}

/** Steps over a function's body, behind `NAME ()`: to `declare -fx NAME`, which bash prints after it, else past a line `}`. */
export function skipFunction(text: BashText, name: string, ends: FunctionEnds): void {
  const { bytes } = text;
  ends.declared ??= declaredFunctions(bytes);
  const places = ends.declared.get(name) ?? [];
  let place = places.pop();
  while (place !== undefined && place < text.at) place = places.pop();
  if (place !== undefined) {
    text.at = place;
    return;
  }
  skipBlanks(text);
  if (bytes[text.at] === OPENING_BRACE) text.at += 1;
  skipBlanks(text);
  if (ends.braces && bytes[text.at] === BYTE.newline) {
    const brace = bytes.indexOf(BRACE_LINE, text.at);
    ends.braces = brace >= 0;
    if (brace >= 0) {
      text.at = brace + BRACE_LINE.length - 1;
      return;
    }
  }
  skipCommand(text);
}

function declaredFunctions(bytes: Buffer): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let at = bytes.indexOf(FUNCTION_END); at >= 0; at = bytes.indexOf(FUNCTION_END, at + 1)) {
    const newline = bytes.indexOf(BYTE.newline, at + 1);
    const words = fromBytes(bytes.subarray(at, newline < 0 ? bytes.length : newline)).split(' ');
    const name = words[2];
    if (name === undefined || words.length !== 3) continue;
    const known = places.get(name);
    if (known === undefined) places.set(name, [at + 1]);
    else known.push(at + 1);
  }
  for (const list of places.values()) list.reverse();
  return places;
}
