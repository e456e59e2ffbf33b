/**
 * Numbers of the system calls that the filter knows, for every interface that a process of an architecture can use: also that of
 * 32-bit programs, which would be a way around it. Sources: arch/x86/entry/syscalls/*.tbl, arch/arm/tools/syscall.tbl,
 * include/uapi/asm-generic/unistd.h of Linux.
 */

/** The calls that a rule can name. */
export type FilteredCall =
  | 'chmod'
  | 'fchmod'
  | 'fchmodat'
  | 'fchmodat2'
  | 'setxattr'
  | 'lsetxattr'
  | 'fsetxattr'
  | 'getxattr'
  | 'lgetxattr'
  | 'fgetxattr'
  | 'listxattr'
  | 'llistxattr'
  | 'flistxattr'
  | 'ioctl'
  | 'kill'
  | 'add_key'
  | 'request_key'
  | 'keyctl'
  | 'socket'
  | 'socketcall'
  | 'io_uring_setup';

/** A system call interface. */
export interface Abi {
  readonly name: 'x86_64' | 'x32' | 'i386' | 'aarch64' | 'arm';
  /** A call that is not here does not exist there. */
  readonly numbers: Readonly<Partial<Record<FilteredCall, number>>>;
}

/** The nine calls of extended attributes are neighbours everywhere: set, get, list, each by path, by link, by descriptor. */
function attributes(first: number): Abi['numbers'] {
  return {
    setxattr: first,
    lsetxattr: first + 1,
    fsetxattr: first + 2,
    getxattr: first + 3,
    lgetxattr: first + 4,
    fgetxattr: first + 5,
    listxattr: first + 6,
    llistxattr: first + 7,
    flistxattr: first + 8,
  };
}

/** The three calls of key rings are neighbours, too. */
function keys(first: number): Abi['numbers'] {
  return { add_key: first, request_key: first + 1, keyctl: first + 2 };
}

const X86_64: Abi['numbers'] = {
  chmod: 90,
  fchmod: 91,
  fchmodat: 268,
  fchmodat2: 452,
  ...attributes(188),
  ...keys(248),
  ioctl: 16,
  kill: 62,
  socket: 41,
  io_uring_setup: 425,
};
const X32_BIT = 0x40000000;

/** x32 has the numbers of x86_64 with one bit more, but a call of its own where structures differ. */
const X32: Abi['numbers'] = {
  ...Object.fromEntries(Object.entries(X86_64).map(([name, number]) => [name, number + X32_BIT])),
  ioctl: 514 + X32_BIT,
};
const OF_32_BITS = {
  chmod: 15,
  fchmod: 94,
  fchmodat2: 452,
  ...attributes(226),
  ioctl: 54,
  kill: 37,
  io_uring_setup: 425,
};
const I386: Abi['numbers'] = { ...OF_32_BITS, fchmodat: 306, ...keys(286), socket: 359, socketcall: 102 };
const ARM: Abi['numbers'] = { ...OF_32_BITS, fchmodat: 333, ...keys(309), socket: 281 };
const AARCH64: Abi['numbers'] = {
  fchmod: 52,
  fchmodat: 53,
  fchmodat2: 452,
  ...attributes(5),
  ...keys(217),
  ioctl: 29,
  kill: 129,
  socket: 198,
  io_uring_setup: 425,
};

/** The interfaces of each architecture, by the AUDIT_ARCH that the filter sees (linux/audit.h); x32 shares that of x86_64. */
export const ABIS: Readonly<
  Record<'x86_64' | 'aarch64', readonly { readonly audit: number; readonly abis: readonly Abi[] }[]>
> = {
  x86_64: [
    {
      audit: 0xc000003e,
      abis: [
        { name: 'x86_64', numbers: X86_64 },
        { name: 'x32', numbers: X32 },
      ],
    },
    { audit: 0x40000003, abis: [{ name: 'i386', numbers: I386 }] },
  ],
  aarch64: [
    { audit: 0xc00000b7, abis: [{ name: 'aarch64', numbers: AARCH64 }] },
    { audit: 0x40000028, abis: [{ name: 'arm', numbers: ARM }] },
  ],
};
