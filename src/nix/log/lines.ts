/** From pieces of bytes to lines. Where the pieces are cut makes no difference. */
import { fromBytes } from '../../base/path.ts';
import type { Address, Piece } from './packed.ts';

/** A line is cut behind so many bytes: command lines of linkers are tens of kilobytes, a hundred megabytes are an attack. */
export const MOST_LINE_BYTES = 65_536;

/** A line as the log has it. Valid while it is handed over: the room is used again. */
export interface RawLine {
  /** Where it begins. */
  readonly at: Address;
  /** Without its end; of a progress line, which carriage returns overwrite, what stood last. */
  readonly bytes: Buffer;
  /** How many bytes are missing at its end. */
  readonly cutBytes: number;
}

export interface LineSplitter {
  readonly feed: (piece: Piece) => void;
  /** Hands over the last line, where no line end follows it. */
  readonly end: () => void;
}

const CR = 13;
const LF = 10;

/** Splits pieces, in order, into lines. */
export function lineSplitter(emit: (line: RawLine) => void): LineSplitter {
  const room = Buffer.allocUnsafe(MOST_LINE_BYTES);
  let size = 0;
  let cut = 0;
  let start: Address | null = null;
  let returned = false;
  const add = (part: Buffer): void => {
    let end = part.length;
    while (end > 0 && part[end - 1] === CR) end -= 1;
    if (end > 0) {
      // What follows a carriage return overwrites what stood before it.
      const from = part.lastIndexOf(CR, end - 1) + 1;
      if (returned || from > 0) size = cut = 0;
      const copied = part.copy(room, size, from, end);
      size += copied;
      cut += end - from - copied;
    }
    returned = end < part.length || (returned && end === 0);
  };
  const close = (): void => {
    emit({
      at: start ?? { unit: 0, skip: 0 },
      bytes: room.subarray(0, cut === 0 ? size : wholeEnd(room, size)),
      cutBytes: cut,
    });
    size = cut = 0;
    start = null;
    returned = false;
  };
  const feed = ({ unit, skip, bytes }: Piece): void => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let from = 0; from < buffer.length; ) {
      start ??= { unit, skip: skip + from };
      const end = buffer.indexOf(LF, from);
      add(buffer.subarray(from, end < 0 ? buffer.length : end));
      if (end < 0) return;
      close();
      from = end + 1;
    }
  };
  return { feed, end: () => (start === null ? undefined : close()) };
}

/** A cut line ends before a character that the cut went through. */
function wholeEnd(bytes: Buffer, size: number): number {
  let at = size;
  while (at > size - 4 && ((bytes[at - 1] ?? 0) & 0xc0) === 0x80) at -= 1;
  return ((bytes[at - 1] ?? 0) & 0xc0) === 0xc0 ? at - 1 : size;
}

/** The line's text as bytes in a string (base/path.ts), with a mark where it was cut. Not yet safe for a terminal. */
export function textOf({ bytes, cutBytes }: RawLine): string {
  const text = fromBytes(bytes);
  return cutBytes === 0 ? text : `${text} […${cutBytes} bytes more]`;
}
