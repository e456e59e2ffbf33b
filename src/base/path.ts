/**
 * Paths, and the text form of arbitrary bytes.
 *
 * Paths, arguments and environment values on Linux are bytes, not text. They are kept in ordinary JavaScript strings,
 * so that they can be compared, printed and put into JSON: bytes that are not valid UTF-8 become lone surrogates
 * U+DC80–U+DCFF ("surrogateescape", PEP 383), and turn into the same bytes again. See docs/decisions/0002-bytes-in-strings.md.
 */

declare const brand: unique symbol;
/** An absolute path on the host. Made only by {@link hostPath}. */
export type HostPath = string & { readonly [brand]: 'host' };
/** An absolute path inside the sandbox. Made only by {@link innerPath}. */
export type InnerPath = string & { readonly [brand]: 'inner' };
/** A path `<store>/<32 characters>-<name>`, with nothing behind it. Made only by {@link storePath}. */
export type StorePath = string & { readonly [brand]: 'store' };

const LOW = 0xdc00;

/**
 * The bytes as a string; total and lossless (see the head of this file).
 * @param bytes any bytes at all
 */
export function fromBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  // What is not valid becomes U+FFFD, which may also have been there: then it is told by hand.
  return text.includes('\ufffd') ? escapedText(buffer) : text;
}

/** Decoded by hand: asking for each sequence whether it is valid took 0.4 s for a megabyte of binary. */
function escapedText(buffer: Buffer): string {
  const units = new Uint16Array(buffer.length);
  let size = 0;
  const put = (unit: number): void => {
    units[size] = unit;
    size += 1;
  };
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceLength(buffer, at);
    if (length === 0) put(LOW + (buffer[at] ?? 0));
    else if (length === 1) put(buffer[at] ?? 0);
    else {
      let code = (buffer[at] ?? 0) & (0x7f >> length);
      for (let i = 1; i < length; i += 1) code = (code << 6) | ((buffer[at + i] ?? 0) & 0x3f);
      if (code < 0x10000) put(code);
      else {
        put(0xd7c0 + (code >> 10));
        put(0xdc00 + (code & 0x3ff));
      }
    }
    at += Math.max(length, 1);
  }
  return Buffer.from(units.buffer, 0, 2 * size).toString('utf16le');
}

/** The length in bytes of the UTF-8 sequence that starts at `at`, or 0 where it is not a valid one (RFC 3629, section 4). */
function sequenceLength(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > buffer.length) return 0;
  // The second byte's range rules out overlong forms (E0, F0), surrogates (ED) and what lies above U+10FFFF (F4).
  const second = buffer[at + 1] ?? 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let i = 2; i < length; i += 1) if (((buffer[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** The bytes that {@link fromBytes} made the string of. A lone surrogate outside U+DC80–U+DCFF becomes U+FFFD. */
export function toBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) i += 1;
    else if (unit >= LOW + 0x80 && unit <= LOW + 0xff) {
      parts.push(Buffer.from(text.slice(start, i), 'utf8'), Buffer.of(unit - LOW));
      start = i + 1;
    }
  }
  parts.push(Buffer.from(text.slice(start), 'utf8'));
  return Buffer.concat(parts);
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The path in the form `node:fs` wants: the string itself, or its bytes where it is not UTF-8. */
export function fsPath(path: string): string | Buffer {
  return path.isWellFormed() ? path : toBytes(path);
}

function checkAbsolute(path: string, what: string): void {
  if (!path.startsWith('/') || path.includes('\0'))
    throw new Error(`not an absolute ${what} path: ${JSON.stringify(path)}`);
}

/** @throws Error where the path is not absolute or has a NUL byte: a bug of the caller's, input is resolved before. */
export function hostPath(path: string): HostPath {
  checkAbsolute(path, 'host');
  return path as HostPath;
}

/** @throws Error where the path is not absolute or has a NUL byte. */
export function innerPath(path: string): InnerPath {
  checkAbsolute(path, 'inner');
  return path as InnerPath;
}

const STORE_PATH = /^((?:\/[^/]+)*\/store)\/[0-9abcdfghijklmnpqrsvwxyz]{32}-[^/\0]+/;

/** The store path that `path` is or lies in (`/nix/store/…-bash-5.2/bin/sh` → `/nix/store/…-bash-5.2`), or null. */
export function storePath(path: string): StorePath | null {
  const match = STORE_PATH.exec(path);
  return match === null ? null : (match[0] as StorePath);
}
