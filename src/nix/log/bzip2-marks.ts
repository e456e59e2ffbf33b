/** The marks in a bzip2 file: where its blocks begin, at any bit. */
import { readSync } from 'node:fs';
import { slices } from '../slices.ts';

/** The 48 bits before a block: pi in decimal digits. Its upper and its lower half. */
export const BLOCK_MARK = [0x314159, 0x265359] as const;
/** The 48 bits before the end of a stream: the square root of pi. */
export const END_MARK = [0x177245, 0x385090] as const;

const WINDOW = 262_144;
const MARK = 0x3141_5926_5359n;

/** The mark as it stands at each of the eight bits of a byte: the five bytes that are wholly its own, and all seven with their mask. */
const SHIFTED = Array.from({ length: 8 }, (_, shift) => {
  const bytes = (value: bigint): Buffer =>
    Buffer.from((value << BigInt(8 - shift)).toString(16).padStart(14, '0'), 'hex');
  return { shift, whole: bytes(MARK).subarray(1, 6), all: bytes(MARK), mask: bytes(0xffff_ffff_ffffn) };
});

/** The bits at which blocks begin whose marks lie between two bytes of the file, in order. A block's check sum tells a chance hit. */
export async function* blocksBetween(
  fd: number,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncGenerator<number> {
  const pause = slices(signal);
  const window = Buffer.alloc(WINDOW);
  for (let base = from; base < to; base += WINDOW - 7) {
    const size = readSync(fd, window, 0, Math.min(WINDOW, to - base), base);
    if (size < 7) return;
    yield* marksIn(window.subarray(0, size)).map(bit => 8 * base + bit);
    await pause();
  }
}

function marksIn(window: Buffer): readonly number[] {
  const found = new Set<number>();
  for (const { shift, whole, all, mask } of SHIFTED)
    for (let at = window.indexOf(whole, 1); at > 0; at = window.indexOf(whole, at + 1)) {
      const fits = all.every((byte, i) => ((window[at - 1 + i] ?? 0) & (mask[i] ?? 0)) === byte);
      if (fits) found.add(8 * (at - 1) + shift);
    }
  return [...found].sort((a, b) => a - b);
}
