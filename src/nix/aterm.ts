/** The little of the ATerm format that Nix uses: strings, lists, and fixed text between them. */
import { fromBytes } from '../base/path.ts';

/** A place in ATerm text. After the first mistake `failed` is set: nothing is read any more, lists end, strings are empty. */
export interface Aterm {
  readonly bytes: Uint8Array;
  at: number;
  failed: boolean;
  readonly problems: { readonly offset: number; readonly message: string }[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Nix' `parseString` knows three; any other character after a backslash stands for itself. */
const ESCAPES = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

/** The start of the text. */
export function aterm(bytes: Uint8Array): Aterm {
  return { bytes, at: 0, failed: false, problems: [] };
}

/** Notes why and where reading ends. Only the first call counts. */
export function stop(from: Aterm, message: string): void {
  if (from.failed) return;
  from.failed = true;
  from.problems.push({ offset: from.at, message });
}

/** The character here; empty at the end, or after a mistake. */
export function peek(from: Aterm): string {
  if (from.failed || from.at >= from.bytes.length) return '';
  return String.fromCharCode(from.bytes[from.at] ?? 0);
}

/** Steps over `wanted`, which is ASCII; a mistake where something else is here. */
export function expect(from: Aterm, wanted: string): void {
  if (from.failed) return;
  for (let i = 0; i < wanted.length; i += 1) {
    if (from.bytes[from.at + i] === wanted.charCodeAt(i)) continue;
    return stop(from, from.at + i >= from.bytes.length ? 'the file ends too early' : `expected '${wanted}'`);
  }
  from.at += wanted.length;
}

/** A string in quotes, its escapes undone: bytes in a string (base/path.ts). A mistake leaves it empty. */
export function text(from: Aterm): string {
  expect(from, '"');
  if (from.failed) return '';
  const { bytes, at: start } = from;
  let end = start;
  let escaped = false;
  while (end < bytes.length && bytes[end] !== QUOTE) {
    if (bytes[end] === BACKSLASH) {
      escaped = true;
      end += 1;
    }
    end += 1;
  }
  if (end >= bytes.length) {
    stop(from, 'the file ends within a string that begins here');
    return '';
  }
  const nul = bytes.subarray(start, end).indexOf(0);
  if (nul >= 0) {
    from.at = start + nul;
    stop(from, 'a NUL byte, which no path, argument or variable can hold');
    return '';
  }
  from.at = end + 1;
  const raw = bytes.subarray(start, end);
  return fromBytes(escaped ? unescaped(raw) : raw);
}

function unescaped(raw: Uint8Array): Uint8Array {
  const plain = Buffer.allocUnsafe(raw.length);
  let size = 0;
  for (let i = 0; i < raw.length; i += 1) {
    let byte = raw[i] ?? 0;
    if (byte === BACKSLASH) {
      i += 1;
      byte = raw[i] ?? 0;
      byte = ESCAPES.get(byte) ?? byte;
    }
    plain[size] = byte;
    size += 1;
  }
  return plain.subarray(0, size);
}

/** `[item,item,…]`. Ends at a mistake, with the items before it. */
export function list<T>(from: Aterm, item: (from: Aterm) => T): T[] {
  const items: T[] = [];
  expect(from, '[');
  while (!from.failed && peek(from) !== ']') {
    if (items.length > 0) expect(from, ',');
    const next = item(from);
    if (!from.failed) items.push(next);
  }
  expect(from, ']');
  return items;
}
