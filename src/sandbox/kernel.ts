/** Constants of the kernel's interface that the steps use (linux/mount.h, linux/sched.h, linux/prctl.h): same on both architectures. */

export const CLONE = {
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWNS: 0x00020000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWIPC: 0x08000000,
  CLONE_NEWUTS: 0x04000000,
  CLONE_NEWNET: 0x40000000,
} as const;

export const MS = {
  MS_RDONLY: 1,
  MS_NOSUID: 2,
  MS_NODEV: 4,
  MS_BIND: 4096,
  MS_REC: 16384,
  MS_PRIVATE: 1 << 18,
} as const;

export const AT_FDCWD = -100;
export const AT_EMPTY_PATH = 0x1000;
export const AT_RECURSIVE = 0x8000;
/** linux/mount.h: of mount_setattr(2), open_tree(2) and move_mount(2). */
export const MOUNT_ATTR = {
  MOUNT_ATTR_RDONLY: 1,
  MOUNT_ATTR_NOSUID: 2,
  MOUNT_ATTR_NODEV: 4,
  MOUNT_ATTR_NOATIME: 0x10,
  MOUNT_ATTR_IDMAP: 0x100000,
} as const;
/** The bits of the choice of access times, to be cleared before one is set. */
export const MOUNT_ATTR__ATIME = 0x70;
export const OPEN_TREE = { OPEN_TREE_CLONE: 1, OPEN_TREE_CLOEXEC: 0o2000000 } as const;
export const MOVE_MOUNT_F_EMPTY_PATH = 4;
export const MNT_DETACH = 2;
export const S_IFREG = 0o100000;
export const S_IFCHR = 0o020000;

export const OPEN = { O_WRONLY: 1, O_CREAT: 0o100, O_TRUNC: 0o1000, O_CLOEXEC: 0o2000000 } as const;

export const PR = {
  PR_SET_PDEATHSIG: 1,
  PR_SET_NO_NEW_PRIVS: 38,
  PR_CAP_AMBIENT: 47,
} as const;

export const RLIMIT = { RLIMIT_CORE: 4, RLIMIT_NOFILE: 7 } as const;
export const PERSONALITY = { PER_LINUX32: 0x0008, ADDR_NO_RANDOMIZE: 0x0040000 } as const;
export const SIGKILL = 9;
export const SIGSTOP = 19;
