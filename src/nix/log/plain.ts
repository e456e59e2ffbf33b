/** Logs that are not packed, and those that Node itself unpacks. */
import { readSync } from 'node:fs';
import { type Duplex, Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { slices } from '../slices.ts';
import { type Address, behind, PIECE_BYTES, type Piece, type ReadingOptions, START } from './packed.ts';
import { unzstd } from './unzstd.ts';

/** The pieces of a plain file. A file that grows meanwhile is read to where it ends then. */
export async function* plainPieces(fd: number, from: Address, options: ReadingOptions): AsyncGenerator<Piece, void> {
  const pause = slices(options.signal);
  const room = new Uint8Array(PIECE_BYTES);
  let unit = from.unit + from.skip;
  for (;;) {
    const size = readSync(fd, room, 0, PIECE_BYTES, unit);
    if (size === 0) return;
    yield { unit, skip: 0, bytes: room.subarray(0, size) };
    unit += size;
    await pause();
  }
}

/** The unpacker for a kind of packing. Node's own for zstd came with 22.15, and there is silent about a log that is cut off. */
export function unpacker(kind: 'gzip' | 'zstd'): () => Duplex {
  return kind === 'zstd' ? unzstd : () => zlib.createGunzip({ chunkSize: PIECE_BYTES });
}

/** The bytes of a file, for a stream, which keeps them. A file stream would close the descriptor. */
async function* copies(fd: number, options: ReadingOptions): AsyncGenerator<Buffer, void> {
  for await (const { bytes } of plainPieces(fd, START, options)) yield Buffer.from(bytes);
}

/** The pieces of a file that `make` unpacks, always from its start: what lies before `from` is thrown away. */
export async function* streamedPieces(
  make: () => Duplex,
  fd: number,
  from: Address,
  options: ReadingOptions,
): AsyncGenerator<Piece, void> {
  const pause = slices(options.signal);
  const file = Readable.from(copies(fd, options), { objectMode: false });
  const unpacked = file.pipe(make());
  file.once('error', error => unpacked.destroy(error));
  let skip = 0;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      const piece = behind({ unit: 0, skip, bytes: chunk }, from.skip);
      skip += chunk.length;
      if (piece !== null) yield piece;
      await pause();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // zlib's own errors have no `syscall`; those of the file have.
    if (!/^(Z_|ZSTD_|ERR_ZSTD|ERR_STREAM_PREMATURE)/.test(code)) throw error;
    options.problem(
      code === 'Z_BUF_ERROR'
        ? 'the packed log is cut off: its last lines are lost'
        : `the packed log is damaged: ${code}`,
    );
  } finally {
    file.destroy();
    unpacked.destroy();
  }
}
