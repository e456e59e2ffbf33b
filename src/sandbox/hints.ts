/** From a failed step and its errno to what can be done now: errno alone misleads (bubblewrap's and runc's users know). */
import type { Op } from './step.ts';

const DOCTOR = "see 'nix-build-shell doctor'";
/** What a limit of the caller or of the machine means, whichever step meets it. */
const LIMITS: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files: raise `ulimit -n` (256 are enough)',
  ENFILE: 'the machine has too many open files: wait, or end something',
  EFBIG: 'a limit of the size of files is reached: raise `ulimit -f`',
};
/** Ubuntu makes the namespace and takes its capabilities away: the id maps are the first to be refused. */
const APPARMOR = `AppArmor may refuse user namespaces their rights (kernel.apparmor_restrict_unprivileged_userns=1, as on Ubuntu): 'nix-build-shell doctor' prints the profile that mends it`;

/** Hints by step and errno; `*` is any errno. Sources: clone(2), mount(2), user_namespaces(7), proc(5). */
const HINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  namespaces: {
    ENOSPC: `a limit of namespaces is reached (sysctl user | grep namespaces), or that of a container around this one; ${DOCTOR}`,
    EPERM: `this machine forbids user namespaces to you (a container's filter of system calls, a chroot, ids without a name here, or kernel.unprivileged_userns_clone=0); ${DOCTOR}`,
    EACCES: `a security module (SELinux, AppArmor) forbids user namespaces to you; ${DOCTOR}`,
    EUSERS: `user namespaces are nested too deeply here; ${DOCTOR}`,
    EINVAL: `this kernel lacks one of the namespaces; ${DOCTOR}`,
    ENOMEM: 'the machine is out of memory',
    EAGAIN: 'too many processes: see `ulimit -u`',
    '*': DOCTOR,
  },
  join: {
    ESRCH: 'it has just ended',
    EPERM: `it is not yours, or a security module forbids it; ${DOCTOR}`,
    EINVAL: 'it has just ended, or this kernel cannot enter all namespaces at once (Linux 5.8 can)',
    '*': DOCTOR,
  },
  mapIds: {
    EACCES: APPARMOR,
    EPERM: `${APPARMOR}; and root needs CAP_SETFCAP, which containers may take away`,
    EROFS: `/proc is read-only here (a container?); ${DOCTOR}`,
    ENOENT: `there is no /proc here: sudo mount -t proc proc /proc`,
    '*': `the namespace's ids cannot be mapped; ${DOCTOR}`,
  },
  loopbackUp: { EPERM: APPARMOR, EACCES: APPARMOR, '*': DOCTOR },
  hostName: { EPERM: APPARMOR, EACCES: APPARMOR, '*': DOCTOR },
  privateMounts: {
    EACCES: `a security module refuses mounts in user namespaces (AppArmor, SELinux, Landlock); ${DOCTOR}`,
    EPERM: `a security module refuses mounts in user namespaces (AppArmor, SELinux, Landlock); ${DOCTOR}`,
    '*': DOCTOR,
  },
  tmpfs: {
    EACCES: `a security module refuses mounts in user namespaces; ${DOCTOR}`,
    EPERM: `a security module refuses mounts in user namespaces; ${DOCTOR}`,
    ENOSPC: 'the limit /proc/sys/fs/mount-max is reached',
  },
  proc: { EPERM: `/proc is partly masked here (a container?), and then a new one is refused; ${DOCTOR}` },
  devpts: { ENOSPC: 'the limit /proc/sys/kernel/pty/max is reached', '*': DOCTOR },
  bind: {
    ENOENT: 'the source or the place for it is not there (in the whole store no place is made; elsewhere it is)',
    EACCES: 'you may not enter a directory on the way to it',
    ENOTDIR: 'one of the two is a directory and the other is a file',
    EPERM: DOCTOR,
    ENOSPC: 'the limit /proc/sys/fs/mount-max is reached',
    ENOSYS: 'mount_setattr(2) needs Linux 5.12',
  },
  overlay: { '*': '--copy=copy makes a copy instead' },
  storePaths: {
    ENOENT: 'a store path went away just now (garbage collection?): nix-store -r the derivation, or try again',
    ENOSPC: 'the limit /proc/sys/fs/mount-max is reached: --whole-store needs one mount',
    EEXIST: 'the same path is named twice',
  },
  storeLayer: { '*': '--without store-layer leaves the store as it is: read-only' },
  closeStorePaths: { ENOSYS: 'mount_setattr(2) needs Linux 5.12' },
  device: { ENOENT: 'the host lacks this device', '*': DOCTOR },
  workingDirectory: {
    ENOENT: 'the directory is not in the working copy',
    EACCES: 'its mode keeps you out: chmod it in the kept build, or start elsewhere',
  },
  execute: {
    ENOENT:
      'the shell or its loader is not in the store any more: nix-store -r its path, or name the store with --store',
    EACCES: 'the shell is not executable',
    ENOEXEC: 'the shell is for another machine: for another architecture, binfmt_misc and qemu-user are needed',
    E2BIG:
      'the arguments and the environment are larger than the kernel allows (ARG_MAX): pass less, or through a file',
  },
  launch: {
    EACCES: `executable memory is refused here (sudo sysctl -w vm.memfd_noexec=1, where that is 2), and so are programs in /tmp, /var/tmp and /dev/shm; ${DOCTOR}`,
    ENOSYS: 'Linux 5.12 or newer is needed',
    '*': DOCTOR,
  },
};

/** The hint for a failed step. Where nothing is known of this errno, doctor tries the same on this machine. */
export function hintFor(kind: Op['kind'] | 'launch', errno: string): string {
  const hints = HINTS[kind];
  return hints?.[errno] ?? LIMITS[errno] ?? hints?.['*'] ?? DOCTOR;
}
