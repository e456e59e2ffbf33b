import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arg } from '../../src/base/call.ts';
import type { Entry } from '../../src/ffi/entry.ts';
import { ownFrame, programFrame } from '../../src/ffi/frame.ts';
import { initEntries } from '../../src/ffi/init.ts';
import { pollFor } from '../../src/ffi/pidfd.ts';
import { waiterEntries } from '../../src/ffi/waiter.ts';
import { BPF, filterBytes, SECCOMP } from '../../src/sandbox/bpf.ts';
import { ABIS } from '../../src/sandbox/filtered-calls.ts';
import { CLONE } from '../../src/sandbox/kernel.ts';
import { opCalls } from '../../src/sandbox/op.ts';
import { plan } from '../../src/sandbox/plan.ts';
import { capabilityHeader, ifreq, limit, mountAttr, zeroSigaction } from '../../src/sandbox/structures.ts';
import { valuesInC } from '../support/c-compiler.ts';
import { GOLDEN_BUILDS } from '../support/golden-builds.ts';
import { missing } from '../support/need.ts';

const skip = missing('cc');
const HEADERS = [
  'fcntl.h',
  'linux/close_range.h',
  'linux/capability.h',
  'linux/keyctl.h',
  'linux/landlock.h',
  'linux/mount.h',
  'linux/seccomp.h',
  'linux/filter.h',
  'linux/audit.h',
  'net/if.h',
  'poll.h',
  'sched.h',
  'signal.h',
  'sys/ioctl.h',
  'sys/personality.h',
  'sys/prctl.h',
  'sys/resource.h',
  'sys/socket.h',
  'sys/stat.h',
  'sys/syscall.h',
  'sys/wait.h',
  'unistd.h',
];
/** sys/mount.h and linux/mount.h cannot both be read with older headers. */
const MOUNT_HEADERS = ['sys/mount.h'];

/** Every number that is printed by a name, in every golden plan. */
function namedNumbers(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const take = (arg: Arg): void => {
    if (arg.kind === 'number' && arg.say !== undefined) found.set(arg.say, arg.value);
  };
  for (const input of Object.values(GOLDEN_BUILDS)) {
    const { steps, root } = plan(input);
    for (const { op } of steps) for (const { args } of opCalls(op, root)) args.forEach(take);
  }
  for (const [name, value] of Object.entries(CLONE)) found.set(name, value);
  return found;
}

test('every named number of a plan is what the C compiler takes the name for', { skip }, () => {
  const ours = namedNumbers();
  const isMount = (name: string): boolean => /^(MS|MNT)_/.test(name);
  const names = [...ours.keys()];
  const theirs = new Map([
    ...valuesInC(
      HEADERS,
      names.filter(name => !isMount(name)),
    ),
    ...valuesInC(MOUNT_HEADERS, names.filter(isMount)),
  ]);
  const differ = names.filter(name => BigInt(ours.get(name) ?? 0) !== theirs.get(name));
  assert.deepEqual(differ, []);
  assert.ok(names.length > 30, names.join(' '));
});

function argument(entries: readonly Entry[], call: Entry['call'], at: number): bigint {
  const value = entries.find(entry => entry.call === call)?.args[at];
  assert.equal(typeof value, 'number');
  return BigInt(value as number);
}

test('the numbers of the frame and of init are those of their names', { skip }, () => {
  const own = ownFrame(0);
  const carrier = programFrame(0, 1, { pollLauncher: 0, results: 5, ready: 6 });
  const init = initEntries({ program: 'x', argv: [], environment: [] }, 7);
  const waiter = waiterEntries({ program: 'x', argv: [], environment: [] }, { status: 7, launcher: 8 });
  const ofItsChild = waiter.slice(waiter.findIndex(({ label }) => label === 'child'));
  const expected: Readonly<Record<string, bigint>> = {
    SIG_SETMASK: argument(own, 'rt_sigprocmask', 0),
    'CLONE_VM|CLONE_VFORK|CLONE_PIDFD|SIGCHLD': argument(own, 'clone', 0),
    'CLONE_VM|CLONE_VFORK|SIGCHLD': argument(carrier, 'clone', 0),
    PR_SET_PDEATHSIG: argument(carrier, 'prctl', 0),
    SIGKILL: argument(carrier, 'prctl', 1),
    __WALL: argument(carrier, 'wait4', 2),
    'SIGCHLD|CLONE_VFORK|CLONE_VM': argument(init, 'clone', 0),
    F_SETFD: argument(init, 'fcntl', 1),
    FD_CLOEXEC: argument(init, 'fcntl', 2),
    '__WALL|0': argument(init, 'wait4', 2),
    'CLONE_VFORK|CLONE_VM|SIGCHLD': argument(waiter, 'clone', 0),
    'F_SETFD|0': argument(waiter, 'fcntl', 1),
    'FD_CLOEXEC|0': argument(waiter, 'fcntl', 2),
    'PR_SET_DUMPABLE|0': argument(waiter, 'prctl', 0),
    'PR_SET_PDEATHSIG|0': argument(ofItsChild, 'prctl', 0),
    'SIGKILL|0': argument(ofItsChild, 'prctl', 1),
    '0|__WALL': argument(waiter, 'wait4', 2),
    'SIG_SETMASK|0': argument(waiter, 'rt_sigprocmask', 0),
    POLLIN: BigInt(Buffer.from(pollFor(0)).readInt16LE(4)),
  };
  const theirs = valuesInC(HEADERS, Object.keys(expected));
  assert.deepEqual(Object.fromEntries(theirs), expected);
});

test('the structures have the sizes and offsets of the kernel', { skip }, () => {
  const sizes: Readonly<Record<string, number>> = {
    'sizeof(struct ifreq)': ifreq('lo', 0).length,
    'sizeof(struct mount_attr)': mountAttr(0).length,
    'sizeof(struct rlimit64)': limit(0, 0).length,
    'sizeof(struct pollfd)': 8,
    'sizeof(struct sock_filter)': filterBytes([{ code: 0, jt: 0, jf: 0, k: 0 }]).length,
    'sizeof(struct sock_fprog)': 16,
    'sizeof(struct __user_cap_header_struct)': capabilityHeader.length,
    '_LINUX_CAPABILITY_U32S_3 * sizeof(struct __user_cap_data_struct)': 24,
    'sizeof(struct timespec)': 16,
  };
  const offsets: Readonly<Record<string, number>> = {
    'offsetof(struct ifreq, ifr_flags)': Buffer.from(ifreq('', 0x41)).indexOf(0x41),
    'offsetof(struct mount_attr, attr_set)': Buffer.from(mountAttr(1)).indexOf(1),
    'offsetof(struct rlimit64, rlim_cur)': Buffer.from(limit(7, 0)).indexOf(7),
    'offsetof(struct rlimit64, rlim_max)': Buffer.from(limit(0, 7)).indexOf(7),
    'offsetof(struct pollfd, events)': 4,
    'offsetof(struct sock_fprog, filter)': 8,
    _LINUX_CAPABILITY_VERSION_3: Buffer.from(capabilityHeader).readUInt32LE(0),
    'offsetof(struct seccomp_data, arch)': 4,
    'offsetof(struct seccomp_data, args)': 16,
    POLLIN: 1,
  };
  const theirs = valuesInC(HEADERS, [...Object.keys(sizes), ...Object.keys(offsets)]);
  assert.deepEqual(Object.fromEntries([...theirs].map(([name, value]) => [name, Number(value)])), {
    ...sizes,
    ...offsets,
  });
  const sigaction = valuesInC(['asm/signal.h'], ['sizeof(struct sigaction)', 'sizeof(sigset_t)']);
  assert.equal(Number(sigaction.get('sizeof(struct sigaction)')), zeroSigaction.length);
  assert.equal(Number(sigaction.get('sizeof(sigset_t)')), 8);
});

test('the filter is written in the numbers of the kernel', { skip }, () => {
  const [x86, i386] = ABIS.x86_64;
  const [aarch64, arm] = ABIS.aarch64;
  const expected: Readonly<Record<string, number | undefined>> = {
    'BPF_LD|BPF_W|BPF_ABS': BPF.LD_W_ABS,
    'BPF_JMP|BPF_JEQ|BPF_K': BPF.JEQ_K,
    'BPF_JMP|BPF_JSET|BPF_K': BPF.JSET_K,
    'BPF_RET|BPF_K': BPF.RET_K,
    SECCOMP_RET_ALLOW: SECCOMP.RET_ALLOW,
    SECCOMP_RET_ERRNO: SECCOMP.RET_ERRNO,
    SECCOMP_RET_KILL_PROCESS: SECCOMP.RET_KILL_PROCESS,
    AUDIT_ARCH_X86_64: x86?.audit,
    AUDIT_ARCH_I386: i386?.audit,
    AUDIT_ARCH_AARCH64: aarch64?.audit,
    AUDIT_ARCH_ARM: arm?.audit,
    TIOCSTI: 0x5412,
    TIOCLINUX: 0x541c,
    EPERM: 1,
    ENOTSUP: 95,
    'S_ISUID|S_ISGID': 0o6000,
  };
  const theirs = valuesInC([...HEADERS, 'errno.h'], Object.keys(expected));
  assert.deepEqual(Object.fromEntries([...theirs].map(([name, value]) => [name, Number(value)])), expected);
});
