/** Reads one word of bash text as bash's own lexer does (bash(1), QUOTING), without ever expanding anything. */
import { fromBytes } from '../base/path.ts';
import { decodeAnsiC } from './bash-escape.ts';

/** A place in bash text (without NUL bytes: bash drops them), and what the word read last came to. */
export interface BashText {
  readonly bytes: Buffer;
  at: number;
  /** The word without its quotes; `size` bytes of it count. */
  readonly word: Buffer;
  size: number;
  /** What the word asks bash to expand (`$(`, `${`, `~`): its value is unknown then. */
  expansion: string | null;
  /** The text ended within quotes: nothing after them can be told. */
  cutOff: boolean;
}

export const BYTE = {
  tab: 0x09,
  newline: 0x0a,
  return: 0x0d,
  blank: 0x20,
  doubleQuote: 0x22,
  hash: 0x23,
  dollar: 0x24,
  singleQuote: 0x27,
  open: 0x28,
  close: 0x29,
  colon: 0x3a,
  semicolon: 0x3b,
  equals: 0x3d,
  backslash: 0x5c,
  backtick: 0x60,
  tilde: 0x7e,
} as const;

const of = (characters: string): ReadonlySet<number> => new Set(Buffer.from(characters, 'latin1'));
/** What ends a word where it is not quoted: bash's "metacharacter". */
const META = of(' \t\n;&|()<>');
const AFTER_DOLLAR = of('({[*@#?-$!_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
/** What a backslash protects within double quotes; before anything else it stays. */
const PROTECTED = of('"\\$`');

/** The start of the text. */
export function bashText(from: Uint8Array): BashText {
  const bytes = Buffer.from(from.buffer, from.byteOffset, from.byteLength);
  const word = Buffer.allocUnsafe(bytes.length);
  return { bytes, at: 0, word, size: 0, expansion: null, cutOff: false };
}

function put(text: BashText, byte: number): void {
  text.word[text.size] = byte;
  text.size += 1;
}

/** Reads up to the end of the word: an unquoted blank, newline, one of `;&|()<>`, or the end of the text. */
export function readWord(text: BashText): void {
  text.size = 0;
  text.expansion = null;
  const { bytes } = text;
  let mayBeHome = true;
  while (text.at < bytes.length && !text.cutOff) {
    const byte = bytes[text.at] ?? 0;
    if (META.has(byte)) return;
    if (byte === BYTE.tilde && mayBeHome) text.expansion ??= '~';
    mayBeHome = byte === BYTE.colon;
    readPart(text, byte);
  }
}

/** Reads the quoted part, or the one character, that begins with `byte`. */
export function readPart(text: BashText, byte: number): void {
  const next = text.bytes[text.at + 1];
  text.at += 1;
  if (byte === BYTE.doubleQuote) readDouble(text);
  else if (byte === BYTE.singleQuote) readSingle(text);
  else if (byte === BYTE.dollar && (next === BYTE.singleQuote || next === BYTE.doubleQuote)) {
    text.at += 1;
    if (next === BYTE.singleQuote) readAnsiC(text);
    // $"…" is to be translated in the user's language: there is no catalogue, so the text itself.
    else readDouble(text);
  } else if (byte === BYTE.backslash && next !== undefined) {
    text.at += 1;
    if (next !== BYTE.newline) put(text, next);
  } else {
    noteExpansion(text, byte, next);
    put(text, byte);
  }
}

function readSingle(text: BashText): void {
  const { bytes } = text;
  let byte = bytes[text.at];
  while (byte !== undefined && byte !== BYTE.singleQuote) {
    put(text, byte);
    text.at += 1;
    byte = bytes[text.at];
  }
  close(text);
}

function readDouble(text: BashText): void {
  const { bytes } = text;
  let byte = bytes[text.at];
  while (byte !== undefined && byte !== BYTE.doubleQuote) {
    const next = bytes[text.at + 1];
    text.at += 1;
    if (byte === BYTE.backslash && next !== undefined && (next === BYTE.newline || PROTECTED.has(next))) {
      text.at += 1;
      if (next !== BYTE.newline) put(text, next);
    } else {
      if (byte === BYTE.dollar || byte === BYTE.backtick) noteExpansion(text, byte, next);
      put(text, byte);
    }
    byte = bytes[text.at];
  }
  close(text);
}

/** Steps over the closing quote, or notes that there is none. */
function close(text: BashText): void {
  if (text.at < text.bytes.length) text.at += 1;
  else text.cutOff = true;
}

/** The end is looked for first, a backslash hides any one byte from that search. */
function readAnsiC(text: BashText): void {
  const { bytes, at: start } = text;
  let end = start;
  while (end < bytes.length && bytes[end] !== BYTE.singleQuote) end += bytes[end] === BYTE.backslash ? 2 : 1;
  text.at = Math.min(end, bytes.length);
  text.size = decodeAnsiC(bytes.subarray(start, text.at), text.word, text.size);
  close(text);
}

function noteExpansion(text: BashText, byte: number, next: number | undefined): void {
  if (byte === BYTE.backtick) text.expansion ??= '`';
  if (byte === BYTE.dollar && next !== undefined && AFTER_DOLLAR.has(next))
    text.expansion ??= `$${String.fromCharCode(next)}`;
}

/** Reads an identifier; empty where there is none. */
export function readName(text: BashText): string {
  const { bytes, at: start } = text;
  let end = start;
  while (isNameByte(bytes[end], end > start)) end += 1;
  text.at = end;
  return bytes.toString('latin1', start, end);
}

/** Whether the byte can be in an identifier; `inside`: behind its first byte. */
export function isNameByte(byte: number | undefined, inside: boolean): boolean {
  if (byte === undefined) return false;
  if (byte >= 0x30 && byte <= 0x39) return inside;
  const lower = byte | 0x20;
  return byte === 0x5f || (lower >= 0x61 && lower <= 0x7a);
}

/** Whether `=` or `+=` is there. */
export function isAssignment(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === BYTE.equals || (bytes[at] === 0x2b && bytes[at + 1] === BYTE.equals);
}

/** The word read last: bytes in a string (base/path.ts). */
export function wordText(text: BashText): string {
  const value = text.word.toString('utf8', 0, text.size);
  // Without a replacement character it was valid UTF-8: much the cheapest way to know for the thousands of short values.
  return value.includes('\ufffd') ? fromBytes(text.word.subarray(0, text.size)) : value;
}
