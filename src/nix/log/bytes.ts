/** A log as bytes, however it is packed, in memory that does not grow with it. */
import { closeSync } from 'node:fs';
import { ok, type Result } from '../../base/failure.ts';
import type { HostPath } from '../../base/path.ts';
import type { LogCompression } from '../find-log.ts';
import { openRegularFile } from '../read-regular.ts';
import { bzip2Pieces } from './bzip2.ts';
import { type Address, type Piece, type ReadingOptions } from './packed.ts';
import { plainPieces, streamedPieces, unpacker } from './plain.ts';

/** A log that is open. */
export interface LogBytes {
  readonly path: HostPath;
  readonly compression: LogCompression;
  /** Of the file, packed. */
  readonly sizeBytes: number;
  /** For `bzip2-marks.ts`, which finds blocks from the end. */
  readonly fd: number;
  /** From an address to the end; several may run at once. */
  readonly pieces: (from: Address, options: ReadingOptions) => AsyncGenerator<Piece, void>;
  readonly close: () => void;
}

/** Opens a log: never blocks on a FIFO, follows no link. */
export function openLog(log: { readonly path: HostPath; readonly compression: LogCompression }): Result<LogBytes> {
  const reader = readerOf(log.compression);
  const opened = openRegularFile(log.path);
  if (!opened.ok) return opened;
  const { fd, stats } = opened.value;
  return ok({
    ...log,
    sizeBytes: stats.size,
    fd,
    pieces: (from, options) => reader(fd, from, options),
    close: () => closeSync(fd),
  });
}

type Reader = (fd: number, from: Address, options: ReadingOptions) => AsyncGenerator<Piece, void>;

function readerOf(compression: LogCompression): Reader {
  switch (compression) {
    case 'none':
      return plainPieces;
    case 'bz2':
      return bzip2Pieces;
    case 'gzip':
    case 'zstd': {
      const make = unpacker(compression);
      return (fd, from, options) => streamedPieces(make, fd, from, options);
    }
  }
}
