/** bzip2 files, from the start or from any block, in steps that leave the event loop free. */
import { fstatSync } from 'node:fs';
import { slices } from '../slices.ts';
import { ahead, type Bits, bitsOf, past, position, seek, take } from './bits.ts';
import { beginBlock, readGroup, roomForBlock } from './bzip2-block.ts';
import { Damaged } from './bzip2-codes.ts';
import { BLOCK_MARK, blocksBetween, END_MARK } from './bzip2-marks.ts';
import { linkSome, writeSome } from './bzip2-unsort.ts';
import { type Address, behind, PIECE_BYTES, type Piece, type ReadingOptions } from './packed.ts';

/** Groups of 50 symbols in a step: some tenths of a millisecond. */
const GROUPS = 64;

const CUT = 'the log ends within a packed block: what was written last, up to 900 kB, is lost';
const NO_END = 'the packed log has no end mark: what was written last may be missing';

/**
 * The pieces of a bzip2 file, from a block on. A file that ends within a block, as that of a killed build does, gives its
 * complete blocks; a damaged block is left out from where it is seen, and the reading goes on with the next one.
 */
export async function* bzip2Pieces(fd: number, from: Address, options: ReadingOptions): AsyncGenerator<Piece, void> {
  const bits = bitsOf(fd);
  const links = roomForBlock();
  const out = new Uint8Array(PIECE_BYTES);
  const sizeBits = 8 * fstatSync(fd).size;
  seek(bits, from.unit);
  for (;;) {
    const begun = position(bits);
    try {
      const unit = nextBlock(bits, sizeBits);
      if (unit === null) return;
      for await (const piece of unpacked(bits, unit, links, out, options.signal)) {
        const shown = unit === from.unit ? behind(piece, from.skip) : piece;
        if (shown !== null) yield shown;
      }
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      // A reader that looks 256 bytes ahead cannot tell a cut block from one that is damaged so near to the end.
      if (sizeBits - position(bits) < 2048) return options.problem(error.message === NO_END ? NO_END : CUT);
      options.problem(`a packed block of the log is damaged, and left out: ${error.message}`);
      const next = await blocksBetween(fd, Math.floor(begun / 8) + 1, sizeBits / 8, options.signal).next();
      if (next.done === true) return;
      seek(bits, next.value);
    }
  }
}

async function* unpacked(
  bits: Bits,
  unit: number,
  links: Uint32Array,
  out: Uint8Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<Piece, void> {
  const pause = slices(signal);
  const block = beginBlock(bits, links);
  for (let done = false; !done; await pause())
    for (let i = 0; i < GROUPS && !done; i += 1) done = readGroup(block, bits);
  if (past(bits)) throw new Damaged(CUT);
  while (!linkSome(block)) await pause();
  for (let skip = 0, size = writeSome(block, out); size > 0; size = writeSome(block, out)) {
    yield { unit, skip, bytes: out.subarray(0, size) };
    skip += size;
    await pause();
  }
}

/** Takes headers and the ends of streams until a block begins. @returns its first bit, or null at the end @throws Damaged */
function nextBlock(bits: Bits, sizeBits: number): number | null {
  for (let ended = false; ; ) {
    ahead(bits);
    const at = position(bits);
    if (at >= sizeBits && ended) return null;
    const high = take(bits, 24);
    const low = take(bits, 24);
    const whole = !past(bits);
    if (whole && high === BLOCK_MARK[0] && low === BLOCK_MARK[1]) return at;
    if (whole && high === END_MARK[0] && low === END_MARK[1]) {
      // Behind it the check sum of all blocks, each of which was checked; then another stream may begin, at a whole byte.
      seek(bits, Math.ceil((at + 80) / 8) * 8);
      ended = true;
    } else if ((ended || at === 0) && isHeader(high, low)) {
      seek(bits, at + 32);
      ended = false;
    } else if (ended) return null;
    else throw new Damaged(at === 0 && sizeBits > 0 ? 'it is not packed by bzip2, whatever its name says' : NO_END);
  }
}

/** `BZh1` to `BZh9`. */
function isHeader(high: number, low: number): boolean {
  return high === 0x425a68 && low >>> 16 >= 0x31 && low >>> 16 <= 0x39;
}
