/** A new procfs is refused in a user namespace where a part of every procfs that the caller has is hidden (user_namespaces(7)). */
import { type Answer, amiss, fine } from './answer.ts';
import { blamed, refusedAt } from './blame.ts';
import { CONTAINER_OPTIONS, containerKind } from './confinement.ts';
import type { Machine } from './machine.ts';
import { type Mount, mountsOf } from './mounts.ts';
import type { Probes } from './probe.ts';

/** Directories that are always empty in a procfs: what is mounted there hides nothing. */
const ALWAYS_EMPTY = new Set(['/proc/sys/fs/binfmt_misc', '/proc/fs/nfsd', '/proc/xen', '/proc/openprom']);

/** Whether /proc is partly covered (containers do), read-only, or not there. */
export function maskedProc(machine: Machine, probes: Probes): Answer {
  const asked = { id: 'sandbox.proc', title: 'an unmasked /proc', source: '/proc/self/mountinfo' } as const;
  const mounts = mountsOf(machine);
  // A read-only /proc, or none, has no place for the id maps either.
  const explains = refusedAt(probes, ['proc', 'mapIds'], ['EPERM', 'EROFS', 'ENOENT']);
  const proc = mounts.findLast(({ at }) => at === '/proc');
  const over = mounts.filter(({ at }) => at.startsWith('/proc/') && !ALWAYS_EMPTY.has(at));
  const whole = mounts.some(({ type, at }) => type === 'proc' && at !== '/proc' && isWhole(mounts, at));
  const found = describe(proc, over);
  if (found === null || (whole && !explains)) return fine(asked, found ?? 'nothing is mounted over parts of it');
  const own = proc?.type !== 'proc' ? 'sudo mount -t proc proc /proc' : uncoverCommand(over);
  return amiss(
    asked,
    blamed(explains),
    found,
    'the kernel refuses a new /proc to user namespaces, so no sandbox can be made',
    containerKind(machine) === null ? own : CONTAINER_OPTIONS,
  );
}

function describe(proc: Mount | undefined, over: readonly Mount[]): string | null {
  if (proc?.type !== 'proc') return 'no procfs is mounted at /proc';
  const names = over.map(({ at }) => at);
  if (names.length > 0)
    return `${names.length} of its files or directories are covered: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}`;
  return proc.options.includes('ro') ? '/proc is mounted read-only' : null;
}

/** Another procfs of the mount namespace, of which nothing is hidden, is enough for the kernel. */
function isWhole(mounts: readonly Mount[], at: string): boolean {
  return !mounts.some(mount => mount.at.startsWith(`${at}/`) && !ALWAYS_EMPTY.has(mount.at.replace(at, '/proc')));
}

function uncoverCommand(over: readonly Mount[]): string | null {
  if (over.length === 0) return 'sudo mount -o remount,rw /proc';
  return over
    .filter(({ at }) => /^[A-Za-z0-9_./-]+$/.test(at))
    .map(({ at }) => `sudo umount ${at}`)
    .join('\n');
}
