/** Each operation of a plan: its sentence and its system calls, side by side. The order of the steps is plan.ts's. */
import { bytes, type Call, call, flags, mode, NULL, num, optional, text } from '../base/call.ts';
import { toBytes } from '../base/path.ts';
import type { StoreEntry } from '../nix/store-entries.ts';
import { CONFINEMENT_OPS } from './confinement-ops.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_RECURSIVE,
  MNT_DETACH,
  MOUNT_ATTR_RDONLY,
  MS,
  OPEN,
  PERSONALITY,
  PR,
  RLIMIT,
  S_IFREG,
  SIGKILL,
} from './kernel.ts';
import type { Meaning, Op, OpOf } from './step.ts';
import { ifreq, limit, mountAttr, zeroSigaction } from './structures.ts';

const here = num(AT_FDCWD, 'AT_FDCWD');
const { MS_RDONLY, MS_BIND, MS_REC, MS_PRIVATE } = MS;

/** A readable pidfd is a process that ended: a result of 1 ends the child, too. */
const launcherLives: Call = {
  name: 'ppoll',
  refused: 1,
  args: [{ kind: 'runtime', of: 'pollLauncher' }, num(1), bytes(new Uint8Array(16), '{0, 0}'), NULL, num(8)],
};

function touch(path: string): Call {
  return call('mknodat', here, text(path), num(S_IFREG | 0o444, 'S_IFREG|0444'), num(0));
}

function writeFile(path: string, content: string, permissions = 0o600, name = 'fd'): readonly Call[] {
  const open = { ...OPEN };
  return [
    { ...call('openat', here, text(path), flags(open), mode(permissions)), result: name },
    call('write', { kind: 'result', of: name }, text(content), num(toBytes(content).length)),
  ];
}

/** Files of /proc must not be created or truncated: they are opened for writing only. */
function writeProc(path: string, content: string): readonly Call[] {
  const { O_WRONLY, O_CLOEXEC } = OPEN;
  return [
    { ...call('openat', here, text(path), flags({ O_WRONLY, O_CLOEXEC }), num(0)), result: 'fd' },
    call('write', { kind: 'result', of: 'fd' }, text(content), num(content.length)),
  ];
}

function bindCall(from: string, to: string, recursive: boolean): Call {
  return call('mount', text(from), text(to), NULL, flags(recursive ? { MS_BIND, MS_REC } : { MS_BIND }), NULL);
}

/** The mount at a path, and all below it. */
function readOnlyCall(at: string): Call {
  const attributes = bytes(mountAttr(MOUNT_ATTR_RDONLY), '{attr_set=MOUNT_ATTR_RDONLY}');
  return call('mount_setattr', here, text(at), flags({ AT_RECURSIVE }), attributes, num(32));
}

/**
 * The lower layer is first bound to the place, for reading only, and the three directories are named relative to the session: so no path of a stranger's
 * stands among the options, where commas, colons and backslashes have a meaning. `userxattr` is what a user namespace may do;
 * `volatile` spares the disk a sync for each file that is changed first. A full disk makes the kernel mount read-only: asked at the end.
 */
function overlayCalls({ lower, session, at }: OpOf<'overlay'>, root: string): readonly Call[] {
  const place = under(root, at);
  const options = `lowerdir=${place.slice(session.length + 1)},upperdir=build,workdir=work,userxattr,volatile`;
  return [
    bindCall(lower, place, false),
    readOnlyCall(place),
    call('chdir', text(session)),
    call('mount', text('overlay'), text(place), text('overlay'), flags({}), text(options)),
    call('faccessat', here, text(place), flags({ W_OK: 2 })),
  ];
}

/** The mount at a path alone. */
function writableCall(at: string): Call {
  const attributes = bytes(mountAttr(0, MOUNT_ATTR_RDONLY), '{attr_clr=MOUNT_ATTR_RDONLY}');
  return call('mount_setattr', here, text(at), num(0), attributes, num(32));
}

function storePathCalls(entry: StoreEntry, from: string, at: string): readonly Call[] {
  const to = `${at}/${entry.name}`;
  if (entry.type === 'link') return [call('symlinkat', text(entry.target), here, text(to))];
  const place = entry.type === 'directory' ? call('mkdirat', here, text(to), mode(0o555)) : touch(to);
  return [place, bindCall(`${from}/${entry.name}`, to, true)];
}

export const OPS: { readonly [K in Op['kind']]: Meaning<OpOf<K>> } = {
  namespaces: {
    say: op => `new namespaces: ${op.of.join(', ')}`,
    calls: () => [], // the clone itself, which run.ts makes
  },
  dieWithLauncher: {
    say: () => 'the sandbox dies with its launcher',
    calls: () => [
      call('prctl', flags({ PR_SET_PDEATHSIG: PR.PR_SET_PDEATHSIG }), num(SIGKILL, 'SIGKILL'), num(0), num(0), num(0)),
      launcherLives, // it may have died before the line above
    ],
  },
  defaultSignals: {
    say: () => 'every signal has its default action',
    calls: () =>
      Array.from({ length: 64 }, (_, index) => index + 1)
        .filter(signal => signal !== 9 && signal !== 19)
        .map(signal => optional('rt_sigaction', num(signal), bytes(zeroSigaction, '{SIG_DFL}'), NULL, num(8))),
  },
  closeDescriptors: {
    say: () => 'only stdin, stdout and stderr are handed on',
    calls: () => [optional('close_range', num(3), num(0xffffffff, '~0U'), flags({ CLOSE_RANGE_CLOEXEC: 4 }))],
  },
  mapIds: {
    say: op => `user ${op.uid.outer} is ${op.uid.inner} inside, group ${op.gid.outer} is ${op.gid.inner}`,
    calls: op => [
      ...writeProc('/proc/self/setgroups', 'deny'),
      ...writeProc('/proc/self/uid_map', `${op.uid.inner} ${op.uid.outer} 1\n`),
      ...writeProc('/proc/self/gid_map', `${op.gid.inner} ${op.gid.outer} 1\n`),
    ],
  },
  loopbackUp: {
    say: () => 'the interface lo is up; there is no other',
    calls: () => [
      {
        ...call('socket', flags({ AF_INET: 2 }), flags({ SOCK_DGRAM: 2, SOCK_CLOEXEC: 0o2000000 }), num(0)),
        result: 'fd',
      },
      call(
        'ioctl',
        { kind: 'result', of: 'fd' },
        flags({ SIOCSIFFLAGS: 0x8914 }),
        bytes(ifreq('lo', 0x1 | 0x40), '{"lo", IFF_UP|IFF_RUNNING}'),
      ),
    ],
  },
  hostName: {
    say: op => `host name ${op.name}, domain ${op.domain}`,
    calls: op => [
      call('sethostname', text(op.name), num(op.name.length)),
      call('setdomainname', text(op.domain), num(op.domain.length)),
    ],
  },
  privateMounts: {
    say: () => 'no mount of the sandbox shows outside',
    calls: () => [call('mount', NULL, text('/'), NULL, flags({ MS_REC, MS_PRIVATE }), NULL)],
  },
  umask: {
    say: op => `umask ${op.mask.toString(8).padStart(4, '0')}`,
    calls: op => [call('umask', mode(op.mask))],
  },
  tmpfs: {
    say: op => `an empty tmpfs at ${op.at}, mode ${op.mode.toString(8)}`,
    calls: (op, root) => [
      call(
        'mount',
        text('tmpfs'),
        text(under(root, op.at)),
        text('tmpfs'),
        flags({}),
        text(`mode=${op.mode.toString(8)}`),
      ),
    ],
  },
  directory: {
    say: op => `the directory ${op.at}, mode ${op.mode.toString(8)}`,
    calls: (op, root) => {
      const make = call('mkdirat', here, text(under(root, op.at)), mode(op.mode));
      return [op.mayExist === true ? { ...make, optional: true } : make];
    },
  },
  bind: {
    say: op => `${op.from} of the host at ${op.to}, ${op.readOnly ? 'read-only' : 'writable'}`,
    calls: (op, root) => {
      const to = under(root, op.to);
      // A file is bound over a file, which may be there already, or be in a tree that cannot be written.
      const place: readonly Call[] = op.type === 'file' ? [{ ...touch(to), optional: true }] : [];
      const bound = [...place, bindCall(op.from, to, true)];
      return op.readOnly ? [...bound, readOnlyCall(to)] : bound;
    },
  },
  storePaths: {
    say: op => `${op.entries.length} store ${op.entries.length === 1 ? 'path' : 'paths'} of ${op.from} at ${op.at}`,
    calls: (op, root) => op.entries.flatMap(entry => storePathCalls(entry, op.from, under(root, op.at))),
  },
  closeStorePaths: {
    say: op => `the store paths below ${op.at} are read-only; it is not`,
    // All at once: one call for each of some hundred mounts would be felt.
    calls: (op, root) => [readOnlyCall(under(root, op.at)), writableCall(under(root, op.at))],
  },
  device: {
    say: op => `the device ${op.from} of the host at ${op.to}${op.readOnly ? ', whose owner and mode stay' : ''}`,
    calls: (op, root) => {
      const to = under(root, op.to);
      const bound = [touch(to), bindCall(op.from, to, false)];
      // A device on a read-only mount can be written to: only its node cannot be changed.
      return op.readOnly ? [...bound, readOnlyCall(to)] : bound;
    },
  },
  devpts: {
    say: op => `a devpts of its own at ${op.at}`,
    calls: (op, root) => [
      call(
        'mount',
        text('devpts'),
        text(under(root, op.at)),
        text('devpts'),
        flags({}),
        text('newinstance,ptmxmode=0666,mode=0620'),
      ),
    ],
  },
  bindInner: {
    say: op => `${op.from} of the sandbox at ${op.to}`,
    calls: (op, root) => [
      ...(op.type === 'directory' ? [] : [touch(under(root, op.to))]),
      bindCall(under(root, op.from), under(root, op.to), false),
    ],
  },
  overlay: {
    say: op => `${op.lower} of the host at ${op.at}, under a layer that takes all changes`,
    calls: (op, root) => overlayCalls(op, root),
  },
  proc: {
    say: op => `a procfs of the new PID namespace at ${op.at}${op.readOnly ? ', read-only' : ''}`,
    calls: (op, root) => [
      call(
        'mount',
        text('proc'),
        text(under(root, op.at)),
        text('proc'),
        flags(op.readOnly ? { MS_RDONLY } : {}),
        NULL,
      ),
    ],
  },
  link: {
    say: op => `the link ${op.at} → ${op.target}`,
    calls: (op, root) => [call('symlinkat', text(op.target), here, text(under(root, op.at)))],
  },
  mode: {
    say: op => `the mode of ${op.at} is ${op.mode.toString(8)}`,
    calls: (op, root) => [call('fchmodat', here, text(under(root, op.at)), mode(op.mode))],
  },
  mask: {
    say: op => `nothing can be read from or written to ${op.at}`,
    calls: (op, root) => [bindCall(under(root, '/dev/null'), under(root, op.at), false)],
  },
  file: {
    say: op => `the file ${op.at}, ${toBytes(op.content).length} bytes`,
    calls: (op, root) => writeFile(under(root, op.at), op.content, op.mode),
  },
  enterRoot: {
    say: () => 'the new root becomes / and the old one goes away',
    calls: (_, root) => [
      call('chdir', text(root)),
      call('pivot_root', text('.'), text('.')),
      call('umount2', text('.'), flags({ MNT_DETACH })),
      call('chdir', text('/')),
    ],
  },
  workingDirectory: {
    say: op => `the working directory is ${op.at}`,
    calls: op => [call('chdir', text(op.at))],
  },
  limit: {
    say: op => `${op.resource} is ${op.soft} (hard: ${op.hard})`,
    calls: op => [
      optional(
        'prlimit64',
        num(0),
        flags({ [op.resource]: RLIMIT[op.resource] }),
        bytes(limit(op.soft, op.hard), `{${op.soft}, ${op.hard}}`),
        NULL,
      ),
    ],
  },
  personality: {
    say: op => `personality ${op.flags.join(' ')}`,
    calls: op => [optional('personality', flags(Object.fromEntries(op.flags.map(name => [name, PERSONALITY[name]]))))],
  },
  ...CONFINEMENT_OPS,
  standardStreams: {
    say: () => "stdin, stdout and stderr are the caller's own",
    calls: () => [0, 1, 2].map(fd => optional('fcntl', num(fd), flags({ F_SETFD: 2 }), num(0))),
  },
  init: {
    say: () => 'a small init is process 1: it starts the command, reaps, and reports how the command ended',
    calls: () => [
      // Once more, and long after prctl: a launcher that is being killed may take a moment to be dead.
      launcherLives,
      call('fcntl', { kind: 'runtime', of: 'status' }, flags({ F_SETFD: 2 }), num(0)),
      call(
        'execveat',
        { kind: 'runtime', of: 'init' },
        text(''),
        { kind: 'vector', values: ['nix-build-shell-init'] },
        { kind: 'vector', values: [] },
        flags({ AT_EMPTY_PATH }),
      ),
    ],
  },
  execute: {
    say: op => `execute ${op.program}`,
    // Made by init, in a child of its own, not by the launcher's child.
    calls: op => [
      call('execve', text(op.program), { kind: 'vector', values: op.argv }, { kind: 'vector', values: op.environment }),
    ],
  },
};

/** The place of an inner path before the root is entered: `/etc` → `ROOT/etc`. */
function under(root: string, path: string): string {
  return path === '/' ? root : root + path;
}

/** The operation in words. */
export function sayOp<K extends Op['kind']>(op: OpOf<K> & { readonly kind: K }): string {
  return OPS[op.kind].say(op);
}

/** The system calls of an operation, in order. */
export function opCalls<K extends Op['kind']>(op: OpOf<K> & { readonly kind: K }, root: string): readonly Call[] {
  return OPS[op.kind].calls(op, root);
}
