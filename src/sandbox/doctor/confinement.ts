/** What holds the caller itself: a chroot, an unmapped id, lost ownership of /proc/self, a filter, a container. */
import { statSync } from 'node:fs';
import { type Answer, amiss, fine } from './answer.ts';
import { blamed, refusedAt } from './blame.ts';
import { isThere, type Machine, statusLine, textOf } from './machine.ts';
import { mountsOf } from './mounts.ts';
import type { Probes } from './probe.ts';

/**
 * clone(2): EPERM where "the caller's root directory does not match the root directory of the mount namespace". A root that is
 * no mount point is not in mountinfo; for one that is, the root of process 1 tells, which root may look at.
 */
export function changedRoot(machine: Machine, probes: Probes): Answer {
  const asked = { id: 'security.chroot', title: 'root directory', source: '/proc/self/mountinfo' } as const;
  const mounts = mountsOf(machine);
  if (mounts.length === 0) return amiss(asked, 'unknown', '/proc/self/mountinfo cannot be read', null);
  const other = !mounts.some(({ at }) => at === '/');
  if (!other && !differsFromInit(machine)) return fine(asked, 'it is that of the mount namespace');
  const explains = refusedAt(probes, ['namespaces'], ['EPERM']);
  return amiss(
    asked,
    blamed(explains),
    'it is not that of the mount namespace: you are in a chroot',
    'no sandbox can be made: the kernel refuses user namespaces there (EPERM)',
    '# from outside, instead of chroot DIR:\nsudo unshare --mount sh -c \'mount --rbind "$1" "$1" && cd "$1" && pivot_root . . && umount -l . && exec "${SHELL:-sh}"\' sh DIR',
  );
}

function differsFromInit(machine: Machine): boolean {
  try {
    const mine = statSync(`${machine.root}/proc/self/ns/mnt`).ino;
    if (statSync(`${machine.root}/proc/1/ns/mnt`).ino !== mine) return false;
    const root = statSync(`${machine.root}/proc/1/root/`);
    const here = statSync(`${machine.root}/`);
    return root.ino !== here.ino || root.dev !== here.dev;
  } catch {
    return false;
  }
}

/** clone(2): EPERM where the caller's ids have no mapping in the user namespace that it is in. */
export function ownIds(machine: Machine, probes: Probes): Answer {
  const asked = { id: 'security.ids', title: 'your own ids', source: '/proc/self/uid_map and gid_map' } as const;
  const uids = textOf(machine, '/proc/self/uid_map');
  const gids = textOf(machine, '/proc/self/gid_map');
  if (uids === null || gids === null) return amiss(asked, 'unknown', 'the maps cannot be read', null);
  const who = `${machine.uid}:${machine.gid}`;
  if (isMapped(uids, machine.uid) && isMapped(gids, machine.gid))
    return fine(asked, `${who}, ${isInitial(uids) ? 'of the whole machine' : 'in a user namespace already'}`);
  return amiss(
    asked,
    blamed(refusedAt(probes, ['namespaces'], ['EPERM'])),
    `${who} ${uids === '' ? 'in a user namespace without maps' : 'is not in the maps of this user namespace'}`,
    'no sandbox can be made: the kernel refuses user namespaces to ids without a mapping (EPERM)',
    '# map your ids when the outer namespace is made:\nunshare --user --map-current-user',
  );
}

/** A line is `inside outside count` (user_namespaces(7)). */
function isMapped(map: string, id: number): boolean {
  return map.split('\n').some(line => {
    const [inside = NaN, , count = 0] = line.trim().split(/\s+/).map(Number);
    return id >= inside && id < inside + count;
  });
}

function isInitial(map: string): boolean {
  return /^\s*0\s+0\s+4294967295\s*$/.test(map);
}

const CONTAINERS: readonly (readonly [string, string])[] = [
  ['/run/.containerenv', 'Podman'],
  ['/.dockerenv', 'Docker'],
  ['/run/systemd/container', 'systemd-nspawn or the like'],
];

/** The kind of container that this is; null where nothing tells of one. */
export function containerKind(machine: Machine): string | null {
  const told = textOf(machine, '/run/systemd/container');
  if (told !== null && told !== '') return told;
  return CONTAINERS.find(([path]) => isThere(machine, path))?.[1] ?? null;
}

/** How a container is to be started, so that sandboxes can be made in it. */
export const CONTAINER_OPTIONS =
  '# start the container with these (Docker; then Podman):\n' +
  'docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined …\n' +
  'podman run --security-opt seccomp=unconfined --security-opt label=disable --security-opt unmask=ALL …';

/**
 * A filter of system calls (seccomp(2)). The kernel answers EINVAL to flags of clone(2) that exclude each other, before it asks
 * for any right: any other answer is a filter's.
 */
export function callFilter(machine: Machine, probes: Probes): Answer {
  const asked = {
    id: 'security.seccomp',
    title: 'filter of system calls',
    source: '/proc/self/status: Seccomp',
  } as const;
  const filtered = statusLine(machine, 'Seccomp') === '2';
  const count = statusLine(machine, 'Seccomp_filters');
  const where = containerKind(machine);
  const filters = count === null || count === '1' ? 'a filter' : `${count} filters`;
  const what = `${filters}${where === null ? '' : ` (of ${where}?)`}`;
  const mend = where === null ? null : CONTAINER_OPTIONS;
  if (probes.impossibleClone !== 'EINVAL')
    return amiss(
      asked,
      blamed(probes.trial !== null),
      `${what}: clone(CLONE_NEWUSER|…) is refused (${probes.impossibleClone}) before the kernel sees it`,
      'no sandbox can be made',
      mend ?? '# in a systemd unit:\n# RestrictNamespaces=no, and no SystemCallFilter= without @mount',
    );
  if (!filtered) return fine(asked, 'none');
  if (probes.trial === null) return fine(asked, `${what}, which lets a sandbox pass`);
  return amiss(asked, 'unknown', what, `it may be what refuses ${probes.trial.call}`, mend);
}

/** Whether this is a container, as far as files tell. */
export function container(machine: Machine): Answer {
  const asked = {
    id: 'security.container',
    title: 'container',
    source: CONTAINERS.map(([path]) => path).join(', '),
  } as const;
  return fine(asked, containerKind(machine) ?? 'none that these files tell of');
}
