/** Native memory with a fixed address: one ArrayBuffer, whose backing store V8 does not move. */
import { koffi } from './koffi.ts';

/** A block of memory that the kernel may read and write. Keep the object alive for as long as its addresses are used. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  readonly bytes: Buffer;
  readonly view: DataView;
  /** The address of the first byte; user-space addresses are below 2^47, so a number holds them exactly. */
  readonly address: number;
}

/** Zeroed memory of `size` bytes. */
export function allocate(size: number): Memory {
  const buffer = new ArrayBuffer(Math.max(size, 64));
  let bytes: Buffer | undefined;
  let view: DataView | undefined;
  return {
    buffer,
    address: Number(koffi().address(buffer)),
    // Made where they are asked for: Buffer is compiled by Node in each start.
    get bytes() {
      bytes ??= Buffer.from(buffer);
      return bytes;
    },
    get view() {
      view ??= new DataView(buffer);
      return view;
    },
  };
}
