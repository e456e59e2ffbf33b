/** Numbers of the kernel's interface that `node:fs` does not name. The same on x86_64 and aarch64 where no O_* of fs.constants is used. */
import { constants } from 'node:fs';

const O_CLOEXEC = 0o2000000;
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOATIME, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Never follows, never blocks (a FIFO may stand where a file was), never inherited. */
export const READ_FILE = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
export const READ_DIRECTORY = READ_FILE | O_DIRECTORY;
export const NEW_FILE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
/** A place in the tree, without opening what is there (open(2), O_PATH). */
export const PLACE = 0o10000000 | O_NOFOLLOW | O_CLOEXEC;
export { O_DIRECTORY, O_NOATIME };

export const AT_FDCWD = -100;
/** linux/openat2.h. */
export const RESOLVE_NO_SYMLINKS = 4;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_EMPTY_PATH = 0x1000;

/** `d_type` of getdents(2) and, shifted by 12, the S_IFMT part of a mode. */
export const TYPE = {
  unknown: 0,
  fifo: 1,
  character: 2,
  directory: 4,
  block: 6,
  file: 8,
  link: 10,
  socket: 12,
} as const;

export const SEEK_SET = 0;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;
/** ioctl_ficlonerange(2). */
export const FICLONE = 0x40049409;

/** errno values that decide what happens next. */
export const E = {
  PERM: 1,
  NOENT: 2,
  IO: 5,
  XIO: 6,
  AGAIN: 11,
  NOMEM: 12,
  ACCES: 13,
  EXIST: 17,
  XDEV: 18,
  NOTDIR: 20,
  ISDIR: 21,
  INVAL: 22,
  NFILE: 23,
  MFILE: 24,
  FBIG: 27,
  NOSPC: 28,
  ROFS: 30,
  NAMETOOLONG: 36,
  NOSYS: 38,
  NOTEMPTY: 39,
  LOOP: 40,
  STALE: 116,
  DQUOT: 122,
} as const;
