/**
 * System call numbers of both architectures, and single calls in our own process through libc's `syscall(2)`.
 * Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux.
 */
import { koffi, type NativeFunction } from './koffi.ts';

/** Number per call: [x86_64, aarch64]. Only calls that exist on both are here: the `*at`, `dup3`, `ppoll` forms. */
const NUMBERS = {
  flock: [73, 32],
  ioctl: [16, 29],
  pread64: [17, 67],
  pwrite64: [18, 68],
  kill: [62, 129],
  socket: [41, 198],
  write: [1, 64],
  read: [0, 63],
  close: [3, 57],
  pipe2: [293, 59],
  getpid: [39, 172],
  getgroups: [115, 158],
  setgroups: [116, 159],
  getdents64: [217, 61],
  clone: [56, 220],
  execve: [59, 221],
  execveat: [322, 281],
  exit_group: [231, 94],
  wait4: [61, 260],
  fcntl: [72, 25],
  fstat: [5, 80],
  ftruncate: [77, 46],
  lseek: [8, 62],
  chdir: [80, 49],
  fchdir: [81, 50],
  umask: [95, 166],
  umount2: [166, 39],
  mount: [165, 40],
  pivot_root: [155, 41],
  prctl: [157, 167],
  prlimit64: [302, 261],
  personality: [135, 92],
  rt_sigaction: [13, 134],
  rt_sigprocmask: [14, 135],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  setns: [308, 268],
  setsid: [112, 157],
  capset: [126, 91],
  seccomp: [317, 277],
  openat: [257, 56],
  mkdirat: [258, 34],
  mknodat: [259, 33],
  linkat: [265, 37],
  symlinkat: [266, 36],
  readlinkat: [267, 78],
  unlinkat: [263, 35],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchown: [93, 55],
  faccessat: [269, 48],
  newfstatat: [262, 79],
  utimensat: [280, 88],
  statx: [332, 291],
  copy_file_range: [326, 285],
  sendfile: [40, 71],
  fallocate: [285, 47],
  dup3: [292, 24],
  ppoll: [271, 73],
  close_range: [436, 436],
  pidfd_open: [434, 434],
  pidfd_send_signal: [424, 424],
  memfd_create: [319, 279],
  mmap: [9, 222],
  mprotect: [10, 226],
  munmap: [11, 215],
  open_tree: [428, 428],
  move_mount: [429, 429],
  mount_setattr: [442, 442],
  openat2: [437, 437],
  landlock_restrict_self: [446, 446],
  landlock_create_ruleset: [444, 444],
  fsetxattr: [190, 7],
  flistxattr: [196, 13],
  fgetxattr: [193, 10],
  keyctl: [250, 219],
} as const satisfies Record<string, readonly [number, number]>;

export type SyscallName = keyof typeof NUMBERS;
export type Architecture = 'x86_64' | 'aarch64';

/** All known names; the ABI test compares each number with the C compiler's. */
export const SYSCALL_NAMES = Object.keys(NUMBERS) as readonly SyscallName[];

/** @throws Error where no number is known: a bug of whoever made the call */
export function knownSyscall(name: string): SyscallName {
  if (!Object.hasOwn(NUMBERS, name)) throw new Error(`no number is known for the system call ${name}`);
  return name as SyscallName;
}

/** The number of a system call. */
export function syscallNumber(name: SyscallName, architecture: Architecture): number {
  return NUMBERS[name][architecture === 'x86_64' ? 0 : 1];
}

/** The architecture of this process. @throws Error on any other than the two that have a stub */
export function ownArchitecture(): Architecture {
  if (process.arch === 'x64') return 'x86_64';
  if (process.arch === 'arm64') return 'aarch64';
  throw new Error(`no system call table for ${process.arch}`);
}

let entry: NativeFunction | undefined;

function libcSyscall(): NativeFunction {
  entry ??= koffi()
    .load(null)
    .func(
      'syscall',
      'int64_t',
      Array.from({ length: 7 }, () => 'int64_t'),
    );
  return entry;
}

/**
 * One system call in this process. Pointers are numbers: addresses of ffi/memory.ts.
 * @returns the result, or -errno
 */
export function syscall(name: SyscallName, a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0): number {
  const number = syscallNumber(name, ownArchitecture());
  const result = Number(libcSyscall()(number, a0, a1, a2, a3, a4, a5));
  return result === -1 ? -koffi().errno() : result;
}

const EINTR = 4;

/**
 * As {@link syscall}, and made again where a signal interrupted it: on FUSE and NFS most calls on files can be. Not for close(2), which
 * has closed then.
 */
export function uninterrupted(
  name: Exclude<SyscallName, 'close'>,
  a0 = 0,
  a1 = 0,
  a2 = 0,
  a3 = 0,
  a4 = 0,
  a5 = 0,
): number {
  for (;;) {
    const result = syscall(name, a0, a1, a2, a3, a4, a5);
    if (result !== -EINTR) return result;
  }
}
