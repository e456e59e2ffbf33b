/** Nix' base 32, and the names that are hashes in it (libutil/hash.cc, `printHash32`). */
import type * as Crypto from 'node:crypto';

const DIGITS = '0123456789abcdfghijklmnpqrsvwxyz';

/** The bytes in Nix' base 32: the last five bits first, so the first digit holds what remains at the end. */
export function nixBase32(bytes: Uint8Array): string {
  let text = '';
  for (let digit = Math.ceil((bytes.length * 8) / 5) - 1; digit >= 0; digit -= 1) {
    const bit = digit * 5;
    const at = bit >> 3;
    const shift = bit & 7;
    const value = ((bytes[at] ?? 0) >> shift) | ((bytes[at + 1] ?? 0) << (8 - shift));
    text += DIGITS[value & 31];
  }
  return text;
}

/** node:crypto takes milliseconds to load, so it is loaded where a hash is wanted: a plain run wants none. */
function sha256(text: Uint8Array | string): string {
  const { createHash } = require('node:crypto') as typeof Crypto;
  return nixBase32(createHash('sha256').update(text).digest());
}

/** What stands for an output's path before it is known (`hashPlaceholder`): `/1rz4g4z…` for `out`. */
export function placeholder(output: string): string {
  return `/${sha256(`nix-output:${output}`)}`;
}

/** The file in the build directory that holds the attribute, for `passAsFile` since Nix 2.4. @param name bytes (base/path.ts) */
export function passedFileName(name: Uint8Array): string {
  return `.attr-${sha256(name)}`;
}
