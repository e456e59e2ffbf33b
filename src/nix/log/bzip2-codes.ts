/** What stands before the data of a bzip2 block: the symbols in use, and its Huffman codes. For `bzip2-block.ts`. */
import { ahead, type Bits, take } from './bits.ts';

const LONGEST = 20;
const QUICK = 10;

/** One Huffman code, canonical. Codes of up to ten bits are looked up, longer ones are counted through. */
export interface Code {
  /** By the next ten bits: the length in the upper half, the symbol in the lower; 0 where the code is longer. */
  readonly quick: Uint32Array;
  /** By length: the largest code of it, aligned to 20 bits, plus one; 0 where there is none. */
  readonly limit: Int32Array;
  /** By length: what to subtract from a code to find its place in `symbols`. */
  readonly offset: Int32Array;
  /** The symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/** What is wrong with packed data. Not a Failure: what was unpacked before it is good. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

/** The bytes that occur in the block: 16 bits say which groups of 16, then 16 for each of those. */
export function readUsed(bits: Bits): Uint8Array {
  const groups = take(bits, 16);
  const used: number[] = [];
  for (let group = 0; group < 16; group += 1) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = take(bits, 16);
    for (let member = 0; member < 16; member += 1)
      if ((members & (0x8000 >> member)) !== 0) used.push(16 * group + member);
  }
  if (used.length === 0) throw new Damaged('a block has no symbols');
  return Uint8Array.from(used);
}

/** Which code is used for each run of 50 symbols: numbers, moved to the front. */
export function readSelectors(bits: Bits, codes: number): Uint8Array {
  const count = take(bits, 15);
  if (count === 0) throw new Damaged('a block has no selectors');
  const front = Array.from({ length: codes }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    ahead(bits);
    let place = 0;
    while (take(bits, 1) === 1) {
      place += 1;
      if (place >= codes) throw new Damaged('a selector names no code');
    }
    const [chosen = 0] = front.splice(place, 1);
    front.unshift(chosen);
    selectors[i] = chosen;
  }
  return selectors;
}

/** One code: the lengths of its symbols, each told as a difference to the one before. */
export function readCode(bits: Bits, size: number): Code {
  const lengths = new Uint8Array(size);
  let length = take(bits, 5);
  for (let symbol = 0; symbol < size; symbol += 1) {
    ahead(bits);
    for (;;) {
      if (length < 1 || length > LONGEST) throw new Damaged('a code has an impossible length');
      if (take(bits, 1) === 0) break;
      length += take(bits, 1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return codeOf(lengths);
}

function codeOf(lengths: Uint8Array): Code {
  const quick = new Uint32Array(1 << QUICK);
  const limit = new Int32Array(LONGEST + 1);
  const offset = new Int32Array(LONGEST + 1);
  const symbols = new Uint16Array(lengths.length);
  let next = 0;
  let place = 0;
  for (let length = 1; length <= LONGEST; length += 1) {
    offset[length] = next - place;
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== length) continue;
      if (length <= QUICK) {
        const from = next << (QUICK - length);
        quick.fill((length << 16) | symbol, from, from + (1 << (QUICK - length)));
      }
      symbols[place] = symbol;
      place += 1;
      next += 1;
    }
    limit[length] = next << (LONGEST - length);
    next <<= 1;
  }
  return { quick, limit, offset, symbols };
}

/** The symbol of a code longer than ten bits. @param word the next 20 bits @returns its length in the upper half, or 0 */
export function longSymbol(code: Code, word: number): number {
  for (let length = QUICK + 1; length <= LONGEST; length += 1) {
    if (word >= (code.limit[length] ?? 0)) continue;
    const place = (word >> (LONGEST - length)) - (code.offset[length] ?? 0);
    return place < 0 || place >= code.symbols.length ? 0 : (length << 16) | (code.symbols[place] ?? 0);
  }
  return 0;
}
