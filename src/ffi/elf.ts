/**
 * A static ELF program made of the stub and a table (executor.md, section 10): one page with header and code, then the
 * table in writable memory. PID 1 of the sandbox is one, and so is the spare carrier where Node may map no code.
 * Format: elf(5).
 */

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
function startCode(architecture: Architecture, table: number, stub: number, at: number): Buffer {
  if (architecture === 'x86_64') {
    const code = Buffer.from('48bf0000000000000000e800000000f4', 'hex'); // mov rdi, table; call stub; hlt
    code.writeBigUInt64LE(BigInt(table), 2);
    code.writeInt32LE(stub - (at + 15), 11);
    return code;
  }
  const code = Buffer.alloc(16); // movz x0, low; movk x0, high, lsl 16; bl stub; brk
  code.writeUInt32LE((0xd2800000 | ((table & 0xffff) << 5)) >>> 0, 0);
  code.writeUInt32LE((0xf2a00000 | (((table >>> 16) & 0xffff) << 5)) >>> 0, 4);
  code.writeUInt32LE((0x94000000 | (((stub - (at + 8)) / 4) & 0x3ffffff)) >>> 0, 8);
  code.writeUInt32LE(0xd4200000, 12);
  return code;
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
}

function programHeader(into: Buffer, index: number, { type, flags, offset, size }: Segment, alignment: number): void {
  const at = HEADER + index * PROGRAM_HEADER;
  const address = type === 1 ? BASE + offset : 0;
  into.writeUInt32LE(type, at);
  into.writeUInt32LE(flags, at + 4);
  into.writeBigUInt64LE(BigInt(offset), at + 8);
  into.writeBigUInt64LE(BigInt(address), at + 16);
  into.writeBigUInt64LE(BigInt(address), at + 24);
  into.writeBigUInt64LE(BigInt(size), at + 32);
  into.writeBigUInt64LE(BigInt(size), at + 40);
  into.writeBigUInt64LE(BigInt(alignment), at + 48);
}

/** The whole file. The table starts to run at its first entry. */
export function elfProgram(layout: Layout, architecture: Architecture): Buffer {
  const codeAt = HEADER + 3 * PROGRAM_HEADER;
  const stub = stubCode(architecture);
  const table = SEGMENT[architecture];
  const file = Buffer.alloc(table + layout.size);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0); // 64 bit, little-endian, version 1
  file.writeUInt16LE(2, 16); // ET_EXEC
  file.writeUInt16LE(MACHINE[architecture], 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE + codeAt), 24); // entry point
  file.writeBigUInt64LE(BigInt(HEADER), 32);
  file.writeUInt16LE(HEADER, 52);
  file.writeUInt16LE(PROGRAM_HEADER, 54);
  file.writeUInt16LE(3, 56);
  const segments: readonly Segment[] = [
    { type: 1, flags: 5, offset: 0, size: PAGE }, // PT_LOAD, R+X
    { type: 1, flags: 6, offset: table, size: layout.size }, // PT_LOAD, R+W
    { type: 0x6474e551, flags: 6, offset: 0, size: 0 }, // PT_GNU_STACK: not executable
  ];
  segments.forEach((segment, index) => {
    programHeader(file, index, segment, table);
  });
  const start = startCode(architecture, BASE + table, BASE + codeAt + 16, BASE + codeAt);
  start.copy(file, codeAt);
  stub.copy(file, codeAt + 16);
  layout.write(file.subarray(table), BASE + table);
  return file;
}
