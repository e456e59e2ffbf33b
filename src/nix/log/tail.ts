/** Where the end of a log can be read from, without reading what comes before. */
import type { LogBytes } from './bytes.ts';
import { blocksBetween } from './bzip2-marks.ts';
import { type Address, START } from './packed.ts';

/** A block of bzip2 -9 unpacks to about as much. */
const PLAIN_BYTES = 900_000;
/** No block is packed to more: 900,000 bytes that do not shrink, and its tables. */
const MOST_PACKED = 1_100_000;

/**
 * The address of the last `share` blocks, or of as much text; {@link START} where that is the whole log, and where it is packed
 * so that it cannot be read from its middle. A line may have begun before it.
 */
export async function tailAddress(log: LogBytes, share: number, signal?: AbortSignal): Promise<Address> {
  switch (log.compression) {
    case 'none':
      return { unit: Math.max(log.sizeBytes - share * PLAIN_BYTES, 0), skip: 0 };
    case 'bz2':
      return lastBlock(log, share, signal);
    case 'gzip':
    case 'zstd':
      return START;
  }
}

async function lastBlock(log: LogBytes, share: number, signal?: AbortSignal): Promise<Address> {
  const from = Math.max(log.sizeBytes - share * MOST_PACKED, 0);
  const blocks: number[] = [];
  for await (const block of blocksBetween(log.fd, from, log.sizeBytes, signal)) blocks.push(block);
  const unit = blocks.at(-share);
  const first = from === 0 && blocks.length <= share;
  return unit === undefined || first ? START : { unit, skip: 0 };
}
