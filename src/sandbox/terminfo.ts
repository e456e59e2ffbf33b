/**
 * What line editing must know of a terminal, in the form of a compiled terminal description (term(5)). Inside there is no database of them,
 * and without one a long line scrolls sideways and Ctrl-L does nothing. Every terminal of today does what stands here (ECMA-48).
 */

/** Of Nix: every build has this TERM, whatever the caller's is. */
const NAMES = 'xterm-256color|what line editing needs';

/** The places of the capabilities in their tables (term.h): `am`, that the cursor goes on in the next line, and `xenl`, but not before there is more to write. */
const BOOLEANS = [1, 4];
const LENGTHS: Readonly<Record<number, number>> = { 0: 80, 2: 24 };
const STRINGS: Readonly<Record<number, string>> = {
  2: '\r', // cr
  5: '\u001b[H\u001b[2J', // clear
  6: '\u001b[K', // el
  14: '\b', // cub1
  17: '\u001b[C', // cuf1
  19: '\u001b[A', // cuu1
  21: '\u001b[P', // dch1
  59: '\u001b[3~', // kdch1
};
const MAGIC = 0o432;
const ABSENT = 0xffff;

/** The description as ncurses takes it from `$TERMINFO` (terminfo(5)): bytes in hexadecimal. */
export function terminalDescription(): string {
  const count = (places: readonly string[]): number => Math.max(...places.map(Number)) + 1;
  const booleans = Array.from({ length: Math.max(...BOOLEANS) + 1 }, (_, at) => Number(BOOLEANS.includes(at)));
  const lengths = Array.from({ length: count(Object.keys(LENGTHS)) }, (_, at) => LENGTHS[at] ?? ABSENT);
  let table = '';
  const offsets = Array.from({ length: count(Object.keys(STRINGS)) }, (_, at) => {
    const offset = table.length;
    if (STRINGS[at] !== undefined) table += `${STRINGS[at]}\0`;
    return STRINGS[at] === undefined ? ABSENT : offset;
  });
  const names = Buffer.from(`${NAMES}\0`, 'latin1');
  const header = [MAGIC, names.length, booleans.length, lengths.length, offsets.length, table.length];
  // What follows the names and the booleans begins at an even byte.
  const filler = Buffer.alloc((names.length + booleans.length) % 2);
  const parts = [shorts(header), names, Buffer.from(booleans), filler, shorts(lengths), shorts(offsets)];
  return `hex:${Buffer.concat([...parts, Buffer.from(table, 'latin1')]).toString('hex')}`;
}

/** Numbers of two bytes, the low one first on every machine. */
function shorts(values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap(value => [value & 0xff, value >> 8]));
}
