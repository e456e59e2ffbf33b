/** The operations that make the namespaces, and what is set in each of them once. */
import { bytes, type Call, call, flags, NULL, num, text } from '../base/call.ts';
import { CLONE, MNT_DETACH, MS, OPEN } from './kernel.ts';
import { here } from './op-calls.ts';
import type { Meanings, Namespace } from './step.ts';
import { ifreq } from './structures.ts';

const { MS_REC, MS_PRIVATE } = MS;

/** Files of /proc must not be created or truncated: they are opened for writing only. */
function writeProc(path: string, content: string): readonly Call[] {
  const { O_WRONLY, O_CLOEXEC } = OPEN;
  return [
    { ...call('openat', here, text(path), flags({ O_WRONLY, O_CLOEXEC }), num(0)), result: 'fd' },
    call('write', { kind: 'result', of: 'fd' }, text(content), num(content.length)),
  ];
}

/** The flag of each namespace, for clone(2) and setns(2). */
export const NAMESPACE_FLAG: Readonly<Record<Namespace, keyof typeof CLONE>> = {
  user: 'CLONE_NEWUSER',
  mount: 'CLONE_NEWNS',
  pid: 'CLONE_NEWPID',
  ipc: 'CLONE_NEWIPC',
  uts: 'CLONE_NEWUTS',
  net: 'CLONE_NEWNET',
};

export const NAMESPACE_OPS: Meanings<
  'namespaces' | 'join' | 'mapIds' | 'noCgroupNamespaces' | 'loopbackUp' | 'hostName' | 'privateMounts' | 'enterRoot'
> = {
  namespaces: {
    say: op => `new namespaces: ${op.of.join(', ')}`,
    calls: () => [], // the clone itself, which run.ts makes
  },
  join: {
    say: op => `into the namespaces of the sandbox: ${op.of.join(', ')}`,
    // One call, or none of them; root and working directory become those of the mount namespace. Linux 5.8 and later (setns(2)).
    calls: op => [
      call(
        'setns',
        { kind: 'runtime', of: 'sandbox' },
        flags(Object.fromEntries(op.of.map(name => [NAMESPACE_FLAG[name], CLONE[NAMESPACE_FLAG[name]]]))),
      ),
    ],
  },
  mapIds: {
    say: op => `user ${op.uid.outer} is ${op.uid.inner} inside, group ${op.gid.outer} is ${op.gid.inner}`,
    calls: op => [
      ...writeProc('/proc/self/setgroups', 'deny'),
      ...writeProc('/proc/self/uid_map', `${op.uid.inner} ${op.uid.outer} 1\n`),
      ...writeProc('/proc/self/gid_map', `${op.gid.inner} ${op.gid.outer} 1\n`),
    ],
  },
  noCgroupNamespaces: {
    say: () => 'no cgroup namespace can be made inside',
    // Optional: where /proc/sys cannot be written to at all (a container), nothing else of the sandbox needs it.
    calls: () => writeProc('/proc/sys/user/max_cgroup_namespaces', '0').map(each => ({ ...each, optional: true })),
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
  enterRoot: {
    say: () => 'the new root becomes / and the old one goes away',
    calls: (_, root) => [
      call('chdir', text(root)),
      call('pivot_root', text('.'), text('.')),
      call('umount2', text('.'), flags({ MNT_DETACH })),
      call('chdir', text('/')),
    ],
  },
};
