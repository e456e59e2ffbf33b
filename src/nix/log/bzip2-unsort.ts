/** The second half of unpacking a bzip2 block: its bytes are put back in order (Burrows and Wheeler), and its runs written out. */
import type { Block } from './bzip2-block.ts';
import { Damaged } from './bzip2-codes.ts';
import { CRC_TABLE } from './bzip2-crc.ts';

/** Links the next 65,536 bytes to those behind them. @returns whether all are linked @throws Damaged */
export function linkSome(block: Block): boolean {
  const { links, counts, size } = block;
  if (block.linked === 0) {
    if (block.origin >= size) throw new Damaged('a block starts outside of itself');
    let sum = 0;
    for (let value = 0; value < 256; value += 1) {
      const count = counts[value] ?? 0;
      counts[value] = sum;
      sum += count;
    }
  }
  const until = Math.min(block.linked + 65_536, size);
  for (let i = block.linked; i < until; i += 1) {
    const value = (links[i] ?? 0) & 0xff;
    const place = counts[value] ?? 0;
    counts[value] = place + 1;
    links[place] = ((links[place] ?? 0) & 0xff) | (i << 8);
  }
  block.linked = until;
  if (until < size) return false;
  block.at = (links[block.origin] ?? 0) >>> 8;
  block.left = size;
  return true;
}

/** Writes the block's next bytes. @returns how many; 0 at its end @throws Damaged where its check sum is another, at its end */
export function writeSome(block: Block, out: Uint8Array): number {
  const { links } = block;
  let { at, left, last, same, repeat, sum } = block;
  let written = 0;
  while (written < out.length) {
    if (repeat > 0) {
      const count = Math.min(repeat, out.length - written);
      for (let i = 0; i < count; i += 1) sum = (sum << 8) ^ (CRC_TABLE[(sum >>> 24) ^ last] ?? 0);
      out.fill(last, written, written + count);
      written += count;
      repeat -= count;
      continue;
    }
    if (left === 0) break;
    const link = links[at] ?? 0;
    const value = link & 0xff;
    at = link >>> 8;
    left -= 1;
    if (same === 4) {
      repeat = value;
      same = 0;
      continue;
    }
    same = value === last ? same + 1 : 1;
    last = value;
    sum = (sum << 8) ^ (CRC_TABLE[(sum >>> 24) ^ value] ?? 0);
    out[written] = value;
    written += 1;
  }
  Object.assign(block, { at, left, last, same, repeat, sum });
  if (written === 0 && ~sum >>> 0 !== block.crc) throw new Damaged('the check sum of a block is another');
  return written;
}
