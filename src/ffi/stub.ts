/**
 * The interpreter of syscall programs, as machine code (executor.md; the listings are docs/executor-*.s), and the
 * ways to map it: memfd first, anonymous memory second (section 3 there).
 */
import { fromHex } from '../base/call.ts';
import { executableMemory } from './executable.ts';
import { koffi, type NativeFunction } from './koffi.ts';
import { allocate, type Memory } from './memory.ts';
import type { Carrier } from './request.ts';
import { type Architecture, ownArchitecture, syscall } from './syscalls.ts';

const CODE: Readonly<Record<Architecture, string>> = {
  x86_64:
    '534889fb488b034885c0784f488b7b08488b7310488b53184c8b53204c8b43284c8b4b300f0548894338488b4b40' +
    '4885c97403488901488b4b48483d01f0ffff730c488b4b58483b4350740231c9488d5b604885c9480f45d9eba9' +
    '488b43085bc3',
  aarch64:
    '5f2403d5e90300aa280140f96802f8b7208540a9228d41a9249542a9010000d4201d00f92a2140f94a0000b4400100f9' +
    '2a2540f91ffc3fb1820000542b2945a91f000beb4a019f9a298101915f0100f14911899aedffff17200540f9c0035fd6',
};

/** The stub's bytes: `int64_t nbs_run(uint64_t *entry)`. */
export function stubCode(architecture: Architecture): Uint8Array {
  return fromHex(CODE[architecture]);
}

const PAGE = 4096;
const PROT = { read: 1, write: 2, exec: 4 };
const MAP = { private: 2, anonymous: 0x20 };

/** Maps code readable and executable through a memfd. @returns the address, or -errno */
export function mapThroughFile(code: Uint8Array): number {
  const fd = executableMemory('nix-build-shell-stub', code);
  if (fd < 0) return fd;
  const address = syscall('mmap', 0, PAGE, PROT.read | PROT.exec, MAP.private, fd, 0);
  syscall('close', fd);
  return address;
}

/** Maps code through anonymous memory that is made executable afterwards. @returns the address, or -errno */
export function mapAnonymously(code: Uint8Array): number {
  const address = syscall('mmap', 0, PAGE, PROT.read | PROT.write, MAP.private | MAP.anonymous, -1, 0);
  if (address < 0) return address;
  const source = allocate(code.length);
  new Uint8Array(source.buffer).set(code);
  const copy = koffi().load(null).func('memcpy', 'uint64_t', ['uint64_t', 'uint64_t', 'uint64_t']);
  copy(address, source.address, code.length);
  const result = syscall('mprotect', address, PAGE, PROT.read | PROT.exec);
  if (result >= 0) return address;
  syscall('munmap', address, PAGE);
  return result;
}

const MAPPERS = { memfd: mapThroughFile, anonymous: mapAnonymously } as const;

/** Runs a table, whose entries are the first bytes of `table`, and gives the a0 of its end entry. */
export type Stub = (table: Memory) => number;

const mapped = new Map<Carrier, Stub>();

/** The stub as a function of this process, mapped once; or the errno where no page can be made executable that way. */
export function mapStub(how: keyof typeof MAPPERS): Stub | number {
  const known = mapped.get(how);
  if (known !== undefined) return known;
  const address = MAPPERS[how](stubCode(ownArchitecture()));
  if (address < 0) return -address;
  const stub = callable(address);
  mapped.set(how, stub);
  return stub;
}

function callable(address: number): Stub {
  const library = koffi();
  const type = library.proto(`nbs_run_${address}`, 'int64_t', ['uint64_t']);
  const entry: NativeFunction = library.decode(BigInt(address), type);
  return table => Number(entry(table.address));
}
