/**
 * One bzip2 block, unpacked in steps of about a millisecond. Libraries do a block in one go, which holds the event loop for a
 * tenth of a second: docs/decisions/0020-logs-are-unpacked-in-steps.md.
 *
 * A block is: text, with runs of four and more written as four and a count; sorted (Burrows and Wheeler); moved to the front;
 * runs of the front written in base 2; Huffman. The steps undo that from the end: here up to the front, the rest in bzip2-unsort.ts.
 */
import { ahead, type Bits, past, take } from './bits.ts';
import { type Code, Damaged, longSymbol, readCode, readSelectors, readUsed } from './bzip2-codes.ts';

/** The largest block, `bzip2 -9`, which is what Nix writes. */
const MOST = 900_000;

export interface Block {
  readonly crc: number;
  readonly origin: number;
  readonly used: Uint8Array;
  readonly selectors: Uint8Array;
  readonly codes: readonly Code[];
  /** Low 8 bits: a byte; the others: where the byte behind it is, once sorted out. Shared by all blocks of a reader. */
  readonly links: Uint32Array;
  readonly front: Uint8Array;
  readonly counts: Int32Array;
  group: number;
  /** A run of the front that is being read: its length so far, and the weight of its next digit. */
  run: number;
  weight: number;
  size: number;
  /** How many of `links` are linked. */
  linked: number;
  at: number;
  left: number;
  last: number;
  same: number;
  repeat: number;
  sum: number;
}

/** Room for one block; make it once for a reader. */
export function roomForBlock(): Uint32Array {
  return new Uint32Array(MOST);
}

/** Reads what stands before the data; the block's magic number is taken already. @throws Damaged */
export function beginBlock(bits: Bits, links: Uint32Array): Block {
  ahead(bits);
  const crc = ((take(bits, 16) << 16) | take(bits, 16)) >>> 0;
  if (take(bits, 1) === 1) throw new Damaged('a block is of bzip2 before 0.9.5');
  const origin = take(bits, 24);
  const used = readUsed(bits);
  const count = take(bits, 3);
  if (count < 2 || count > 6) throw new Damaged('a block has an impossible number of codes');
  const selectors = readSelectors(bits, count);
  const codes = Array.from({ length: count }, () => readCode(bits, used.length + 2));
  return {
    crc,
    origin,
    used,
    selectors,
    codes,
    links,
    front: used.slice(),
    counts: new Int32Array(256),
    group: 0,
    run: 0,
    weight: 1,
    size: 0,
    linked: 0,
    at: 0,
    left: 0,
    last: -1,
    same: 0,
    repeat: 0,
    sum: 0xffffffff,
  };
}

/** Reads the next run of 50 symbols. @returns whether the block's data is complete @throws Damaged */
export function readGroup(block: Block, bits: Bits): boolean {
  const { links, front, counts } = block;
  const code = block.codes[block.selectors[block.group] ?? 0];
  if (code === undefined || block.group >= block.selectors.length)
    throw new Damaged('a block has more data than it says');
  const { quick } = code;
  const end = block.used.length + 1;
  block.group += 1;
  ahead(bits);
  const { window } = bits;
  let { at } = bits;
  for (let i = 0; i < 50; i += 1) {
    const byte = at >>> 3;
    const word =
      (((window[byte] ?? 0) << 24) |
        ((window[byte + 1] ?? 0) << 16) |
        ((window[byte + 2] ?? 0) << 8) |
        (window[byte + 3] ?? 0)) <<
      (at & 7);
    const found = (quick[word >>> 22] ?? 0) || longSymbol(code, word >>> 12);
    if (found === 0) throw new Damaged('a code has no symbol');
    at += found >>> 16;
    const symbol = found & 0xffff;
    if (symbol <= 1) {
      block.run += block.weight << symbol;
      block.weight <<= 1;
      if (block.run > MOST) throw new Damaged('a run is longer than a block');
      continue;
    }
    if (block.run > 0) endRun(block);
    if (symbol === end) {
      bits.at = at;
      return true;
    }
    const value = toFront(front, symbol - 1);
    if (block.size >= MOST) throw new Damaged('a block is too long');
    counts[value] = (counts[value] ?? 0) + 1;
    links[block.size] = value;
    block.size += 1;
  }
  bits.at = at;
  if (past(bits)) throw new Damaged('the file ends in a block');
  return false;
}

function endRun(block: Block): void {
  const value = block.front[0] ?? 0;
  if (block.size + block.run > MOST) throw new Damaged('a block is too long');
  block.links.fill(value, block.size, block.size + block.run);
  block.counts[value] = (block.counts[value] ?? 0) + block.run;
  block.size += block.run;
  block.run = 0;
  block.weight = 1;
}

function toFront(front: Uint8Array, place: number): number {
  const value = front[place] ?? 0;
  if (place > 16) front.copyWithin(1, 0, place);
  else for (let i = place; i > 0; i -= 1) front[i] = front[i - 1] ?? 0;
  front[0] = value;
  return value;
}
