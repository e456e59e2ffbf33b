/** A file as a stream of bits, most significant first, through a window of fixed size. For `bzip2.ts`. */
import { readSync } from 'node:fs';

const WINDOW = 65_536;
/** Zeros behind the end of the file, so that a reader may look ahead without asking: it asks {@link past} afterwards. */
const AHEAD = 256;

export interface Bits {
  /** `WINDOW` bytes of the file and, at its end, zeros. */
  readonly window: Uint8Array;
  /** The next bit, counted from the start of the window. */
  at: number;
  /** The offset in the file of the window's first byte. */
  base: number;
  /** How many bytes of the window are of the file. */
  filled: number;
  readonly fd: number;
}

/** @param fd a regular file; it stays the caller's */
export function bitsOf(fd: number): Bits {
  return { window: new Uint8Array(WINDOW + AHEAD), at: 0, base: 0, filled: 0, fd };
}

/** Goes to a bit of the file. */
export function seek(bits: Bits, bit: number): void {
  bits.base = Math.floor(bit / 8);
  bits.at = bit - 8 * bits.base;
  bits.filled = 0;
  refill(bits);
}

/** The next bit's offset in the file. */
export function position(bits: Bits): number {
  return 8 * bits.base + bits.at;
}

/** Makes the next {@link AHEAD} bytes ready: zeros where the file has ended. */
export function ahead(bits: Bits): void {
  if ((bits.at >>> 3) + AHEAD > bits.filled) refill(bits);
}

/** Whether more was taken than the file has. */
export function past(bits: Bits): boolean {
  return bits.at > 8 * bits.filled;
}

/** The next `count` bits, at most 24, as a number. */
export function take(bits: Bits, count: number): number {
  const { window } = bits;
  const byte = bits.at >>> 3;
  const word =
    ((window[byte] ?? 0) << 24) |
    ((window[byte + 1] ?? 0) << 16) |
    ((window[byte + 2] ?? 0) << 8) |
    (window[byte + 3] ?? 0);
  const shift = bits.at & 7;
  bits.at += count;
  return (word << shift) >>> (32 - count);
}

function refill(bits: Bits): void {
  const used = bits.at >>> 3;
  const rest = Math.max(bits.filled - used, 0);
  bits.window.copyWithin(0, used, bits.filled);
  bits.base += used;
  bits.at -= 8 * used;
  let filled = rest;
  while (filled < WINDOW) {
    const got = readSync(bits.fd, bits.window, filled, WINDOW - filled, bits.base + filled);
    if (got === 0) break;
    filled += got;
  }
  bits.filled = filled;
  bits.window.fill(0, filled);
}
