/** zstd: fzstd as a stream, with a bound on what a header may ask for (docs/decisions/0105-zstd-is-a-library.md). */
import { Duplex } from 'node:stream';
import type * as Fzstd from 'fzstd';

/** Windows that Node's own unpacker refuses, too (`ZSTD_WINDOWLOG_LIMIT_DEFAULT`). */
const MOST_WINDOW = 2 ** 27;
/** So much is unpacked between two reads: a block of four bytes may become 128 KiB. */
const SLICE_BYTES = 256;
/** The longest header of a frame (RFC 8878, 3.1.1). */
const HEADER_BYTES = 18;
const MAGIC = 0xfd2fb528;
/** fzstd's `UnexpectedEOF`. */
const CUT_OFF = 5;

/** A stream that unpacks, no faster than it is read. What is damaged, cut off, or asks for too much memory is its error. */
export function unzstd(): Duplex {
  return Duplex.from(unpacked);
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  // Loaded for the first log that needs it.
  const { Decompress } = require('fzstd') as typeof Fzstd;
  let ready: Buffer[] = [];
  const stream = new Decompress(piece => void ready.push(Buffer.from(piece)));
  const taken = (bytes: Uint8Array, last = false): readonly Buffer[] => {
    ready = [];
    tried(() => void stream.push(bytes, last));
    return ready.filter(({ length }) => length > 0);
  };
  // What came of the first frame's header, until all of it is there.
  let header: Buffer | null = Buffer.alloc(0);
  for await (const bytes of packed) {
    let given = bytes;
    if (header !== null) {
      given = Buffer.concat([header, bytes]);
      header = given.length < HEADER_BYTES ? given : null;
      if (header !== null) continue;
      checkWindow(given);
    }
    for (let at = 0; at < given.length; at += SLICE_BYTES) yield* taken(given.subarray(at, at + SLICE_BYTES));
  }
  yield* taken(header ?? Buffer.alloc(0), true);
}

/** As Node's unpackers say what is wrong. */
function tried(work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code, message } = error as Partial<Fzstd.ZstdError>;
    throw Object.assign(new Error(message), { code: code === CUT_OFF ? 'Z_BUF_ERROR' : `ZSTD_${message}` });
  }
}

/** @throws Error where the first frame wants more memory than {@link MOST_WINDOW} */
function checkWindow(bytes: Buffer): void {
  const window = windowOf(bytes);
  const message = `it asks for a window of ${window} bytes`;
  if (window > MOST_WINDOW) throw Object.assign(new Error(message), { code: `ZSTD_${message}` });
}

/** The window that the header of a frame asks for, in bytes; 0 where it is no frame (RFC 8878, 3.1.1.1). */
export function windowOf(bytes: Buffer): number {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return 0;
  const descriptor = bytes.readUInt8(4);
  const single = (descriptor & 0x20) !== 0;
  if (!single) {
    const window = bytes.readUInt8(5);
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const size = descriptor >> 6;
  if (size === 0) return bytes.readUInt8(at);
  if (size === 1) return bytes.readUInt16LE(at) + 256;
  return size === 2 ? bytes.readUInt32LE(at) : Number(bytes.readBigUInt64LE(at));
}
