/** Makes text from strangers (file names, variables, logs, errors that quote them) safe for a terminal. */
import { toBytes } from './path.ts';

// C0 and C1 controls, DEL, bidirectional overrides and isolates, invisible format characters, line separators, lone surrogates.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\u001b': '\\e' };

/**
 * The text on one line, with everything that a terminal would act on written as an escape: `\n`, `\e`, `\x07`, `\u{202e}`;
 * bytes that are not UTF-8 as `\xff`. Meant for eyes, not for parsing.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, unit => {
    const short = SHORT[unit];
    if (short !== undefined) return short;
    const code = unit.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(toBytes(unit)[0] ?? 0).toString(16)}`;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** A word that sh(1) reads as the same bytes again, and that is safe to print: quoted only where it must be. */
export function shellWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  if (printable(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  let quoted = '';
  for (const byte of toBytes(word)) {
    if (byte === 0x27 || byte === 0x5c) quoted += `\\${String.fromCharCode(byte)}`;
    else quoted += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `$'${quoted}'`;
}
