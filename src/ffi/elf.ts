/**
 * A static ELF program made of the stub and a table (executor.md, section 10): one page with header and code, then the
 * table in writable memory. PID 1 of the sandbox is one, and so is the spare carrier where Node may map no code.
 * Format: elf(5).
 */

import { fromHex } from '../base/call.ts';
import { stubCode } from './stub.ts';
import type { Architecture } from './syscalls.ts';
import type { Layout } from './table.ts';

const PAGE = 0x1000;
/** The distance of the two segments: a page, and pages may have 64 kB on aarch64. */
const SEGMENT: Readonly<Record<Architecture, number>> = { x86_64: PAGE, aarch64: 0x10000 };
const BASE = 0x400000;
const HEADER = 64;
const PROGRAM_HEADER = 56;
const MACHINE: Readonly<Record<Architecture, number>> = { x86_64: 62, aarch64: 183 };

/** Puts the table's address into the first argument register and calls the stub; the table must end in exit_group. */
function startCode(architecture: Architecture, table: number, stub: number, at: number): Uint8Array {
  if (architecture === 'x86_64') {
    const code = fromHex('48bf0000000000000000e800000000f4'); // mov rdi, table; call stub; hlt
    const words = new DataView(code.buffer);
    words.setUint32(2, table, true);
    words.setInt32(11, stub - (at + 15), true);
    return code;
  }
  return new Uint8Array(
    Uint32Array.of(
      0xd2800000 | ((table & 0xffff) << 5), // movz x0, low
      0xf2a00000 | (((table >>> 16) & 0xffff) << 5), // movk x0, high, lsl 16
      0x94000000 | (((stub - (at + 8)) / 4) & 0x3ffffff), // bl stub
      0xd4200000, // brk
    ).buffer,
  );
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
}

/** All values are below 2^32; the upper halves of 64-bit words are zero already. */
function programHeader(into: DataView, index: number, { type, flags, offset, size }: Segment, alignment: number): void {
  const at = HEADER + index * PROGRAM_HEADER;
  const address = type === 1 ? BASE + offset : 0;
  into.setUint32(at, type, true);
  into.setUint32(at + 4, flags, true);
  [offset, address, address, size, size, alignment].forEach((word, position) => {
    into.setUint32(at + 8 + 8 * position, word, true);
  });
}

/** The whole file. The table starts to run at its first entry. */
export function elfProgram(layout: Layout, architecture: Architecture): Uint8Array {
  const codeAt = HEADER + 3 * PROGRAM_HEADER;
  const stub = stubCode(architecture);
  const table = SEGMENT[architecture];
  const file = new Uint8Array(table + layout.size);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0); // 64 bit, little-endian, version 1
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, MACHINE[architecture], true);
  view.setUint32(20, 1, true);
  view.setUint32(24, BASE + codeAt, true); // entry point
  view.setUint32(32, HEADER, true);
  view.setUint16(52, HEADER, true);
  view.setUint16(54, PROGRAM_HEADER, true);
  view.setUint16(56, 3, true);
  const segments: readonly Segment[] = [
    { type: 1, flags: 5, offset: 0, size: PAGE }, // PT_LOAD, R+X
    { type: 1, flags: 6, offset: table, size: layout.size }, // PT_LOAD, R+W
    { type: 0x6474e551, flags: 6, offset: 0, size: 0 }, // PT_GNU_STACK: not executable
  ];
  segments.forEach((segment, index) => {
    programHeader(view, index, segment, table);
  });
  file.set(startCode(architecture, BASE + table, BASE + codeAt + 16, BASE + codeAt), codeAt);
  file.set(stub, codeAt + 16);
  layout.write(file.subarray(table), BASE + table);
  return file;
}
