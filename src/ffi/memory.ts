/** Native memory with a fixed address: one ArrayBuffer, whose backing store V8 does not move. */
import { koffi } from './koffi.ts';

/** A block of memory that the kernel may read and write. Keep the object alive for as long as its addresses are used. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  readonly bytes: Buffer;
  /** The address of the first byte; user-space addresses are below 2^47, so a number holds them exactly. */
  readonly address: number;
}

/** Zeroed memory of `size` bytes. */
export function allocate(size: number): Memory {
  const buffer = new ArrayBuffer(Math.max(size, 64));
  return { buffer, bytes: Buffer.from(buffer), address: Number(koffi().address(buffer)) };
}
