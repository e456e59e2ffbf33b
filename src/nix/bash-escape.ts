/** The escapes of bash's `$'…'` quotes (bash(1), QUOTING; `ansicstr` in lib/sh/strtrans.c). */

const BACKSLASH = 0x5c;
const SIMPLE = new Map(
  Object.entries({
    a: 0x07,
    b: 0x08,
    e: 0x1b,
    E: 0x1b,
    f: 0x0c,
    n: 0x0a,
    r: 0x0d,
    t: 0x09,
    v: 0x0b,
    '\\': BACKSLASH,
    "'": 0x27,
    '"': 0x22,
    '?': 0x3f,
  }).map(([letter, byte]) => [letter.charCodeAt(0), byte]),
);

/** Where the reading is, and how far `out` is filled. */
interface Decoding {
  readonly raw: Uint8Array;
  at: number;
  readonly out: Uint8Array;
  size: number;
}

/**
 * Writes what `$'raw'` stands for into `out`, from `size` on, and gives the new size: never more bytes than `raw` has.
 * As in bash, `\0` ends the value, and an unknown escape keeps its backslash; `\u` gives UTF-8 whatever the locale.
 */
export function decodeAnsiC(raw: Uint8Array, out: Uint8Array, size: number): number {
  const into: Decoding = { raw, at: 0, out, size };
  while (into.at < raw.length) {
    const byte = raw[into.at] ?? 0;
    into.at += 1;
    if (byte !== BACKSLASH || into.at >= raw.length) put(into, byte);
    else if (!escape(into)) break;
  }
  return into.size;
}

function put(into: Decoding, byte: number): void {
  into.out[into.size] = byte;
  into.size += 1;
}

/** One escape, behind its backslash; false where it is a NUL, which ends the value. */
function escape(into: Decoding): boolean {
  const letter = into.raw[into.at] ?? 0;
  const first = digit(letter, 8);
  if (first >= 0) return byteOrEnd(into, number(into, 8, 3));
  into.at += 1;
  const simple = SIMPLE.get(letter);
  if (simple !== undefined) {
    put(into, simple);
    return true;
  }
  if (letter === 0x78) return hexadecimal(into);
  if (letter === 0x75) return character(into, letter, 4);
  if (letter === 0x55) return character(into, letter, 8);
  if (letter === 0x63 && into.at < into.raw.length) return control(into);
  put(into, BACKSLASH);
  put(into, letter);
  return true;
}

function byteOrEnd(into: Decoding, value: number): boolean {
  const byte = value & 0xff;
  if (byte !== 0) put(into, byte);
  return byte !== 0;
}

/** `\xHH`, `\x{H…}`. */
function hexadecimal(into: Decoding): boolean {
  const braced = into.raw[into.at] === 0x7b;
  if (braced) into.at += 1;
  const start = into.at;
  const value = number(into, 16, braced ? Number.POSITIVE_INFINITY : 2);
  if (braced) {
    if (into.raw[into.at] === 0x7d) into.at += 1;
  } else if (into.at === start) {
    put(into, BACKSLASH);
    put(into, 0x78);
    return true;
  }
  return byteOrEnd(into, value);
}

/** `\uHHHH`, `\UHHHHHHHH`. */
function character(into: Decoding, letter: number, digits: number): boolean {
  const start = into.at;
  const code = number(into, 16, digits) >>> 0;
  if (into.at === start) {
    put(into, BACKSLASH);
    put(into, letter);
    return true;
  }
  if (code === 0) return false;
  putUtf8(into, code);
  return true;
}

/** `\cX`: the control character; `\c\\` is one character, X = `\`. */
function control(into: Decoding): boolean {
  const letter = into.raw[into.at] ?? 0;
  into.at += 1;
  if (letter === BACKSLASH && into.raw[into.at] === BACKSLASH) into.at += 1;
  return byteOrEnd(into, letter === 0x3f ? 0x7f : letter & 0x1f);
}

function digit(byte: number | undefined, base: 8 | 16): number {
  if (byte === undefined) return -1;
  const lower = byte | 0x20;
  const value = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
  return value < base ? value : -1;
}

/** Reads at most `most` digits; the value is cut to 32 bits. */
function number(into: Decoding, base: 8 | 16, most: number): number {
  let value = 0;
  for (let count = 0; count < most; count += 1) {
    const next = digit(into.raw[into.at], base);
    if (next < 0) break;
    value = (value * base + next) | 0;
    into.at += 1;
  }
  return value;
}

/** UTF-8 in its first form, of up to six bytes, surrogates too: what bash's `u32toutf8` writes. */
function putUtf8(into: Decoding, code: number): void {
  if (code < 0x80) return put(into, code);
  if (code > 0x7fffffff) return;
  let length = 2;
  while (length < 6 && code >= 2 ** (5 * length + 1)) length += 1;
  put(into, ((0xff00 >> length) & 0xff) | (code >>> (6 * (length - 1))));
  for (let shift = 6 * (length - 2); shift >= 0; shift -= 6) put(into, 0x80 | ((code >>> shift) & 0x3f));
}
