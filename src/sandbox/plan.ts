/**
 * The plan: from what is known of a build and of the host to the sandbox's steps, in the order in which they are done.
 * One pure function. What it returns is what runs, what `nix-build-shell plan` prints, and what the tests compare.
 * The order and its rules: executor.md, section 4; what Nix does: `enterChroot` and nix-sandbox.md, section 4.
 */
import { hostPath, innerPath } from '../base/path.ts';
import { bindSteps, machineSteps } from './bind-steps.ts';
import { buildSteps } from './build-directory.ts';
import { etcSteps } from './etc.ts';
import { closedMode } from './groups.ts';
import type { HostFacts } from './host.ts';
import { omissions } from './omitted.ts';
import type { PlanInput } from './plan-input.ts';
import { promptSteps, startSteps } from './start.ts';
import { inGroup, type Namespace, type Op, type SandboxPlan, type Step, step } from './step.ts';
import { storeSteps } from './store.ts';

/** The ids that the build saw: Nix' `sandboxUid` and `sandboxGid` (S6). */
const UID = 1000;
const GID = 100;

/** At a terminal, job control needs the caller's. */
export const ownSession = inGroup(
  'session',
  step({ kind: 'ownSession' }, 'so a build has it; and nobody signals your other processes by the group', {
    nix: 'commonChildInit',
  }),
);

/** The sandbox's steps, in order, and what real Nix does that is not among them. */
export function plan(input: PlanInput): SandboxPlan {
  const { without } = input.options;
  const all = [
    ...processSteps(input),
    ...rootSteps(input),
    ...storeSteps(input),
    ...buildSteps(input),
    ...deviceSteps(input.facts),
    ...etcSteps(input),
    ...machineSteps(input),
    ...bindSteps(input),
    ...promptSteps(input),
    step({ kind: 'enterRoot' }, 'confines every process to the new root', { nix: 'enterChroot', spec: 'S19' }),
    ...startSteps(input),
  ];
  const steps = all.filter(({ group }) => group === undefined || !without.includes(group));
  return { version: 1, root: input.session.root, steps, without, omitted: omissions(input) };
}

function processSteps({ options, facts }: PlanInput): readonly Step[] {
  const own: readonly Namespace[] = ['user', 'mount', 'pid', 'ipc', 'uts'];
  const of = options.net ? own : ([...own, 'net'] as const);
  const ids = { uid: { inner: UID, outer: facts.uid }, gid: { inner: GID, outer: facts.gid } };
  const groups = step(
    { kind: 'dropGroups' },
    'a build has none, and what they may reach is not for it; you are root, and may drop them',
    { nix: 'startChild' },
  );
  const steps = [
    ...(facts.groups === 'dropped' ? [groups] : []),
    step({ kind: 'namespaces', of }, 'the build saw only its own users, mounts, processes, names and network', {
      nix: 'startChild',
      spec: 'S6–S10',
    }),
    step({ kind: 'dieWithLauncher' }, 'nothing is left behind when the launcher is killed', { nix: 'startProcess' }),
    step({ kind: 'defaultSignals' }, 'Node ignores SIGPIPE and SIGXFSZ, and what is ignored stays so', {
      nix: 'restoreProcessContext',
    }),
    step({ kind: 'closeDescriptors' }, 'files that the launcher has open are not for the build', {
      nix: 'closeExtraFDs',
    }),
    ...(facts.terminal ? [] : [ownSession]),
    step({ kind: 'mapIds', ...ids }, 'the build ran as nixbld, 1000:100', { nix: 'startChild', spec: 'S6' }),
    inGroup(
      'cgroups',
      step(
        { kind: 'noCgroupNamespaces' },
        'in one, the files of your own cgroup could be mounted, and your session be ended',
      ),
    ),
  ];
  if (!options.net)
    steps.push(
      step({ kind: 'loopbackUp' }, 'programs that talk to themselves need 127.0.0.1 and ::1', {
        nix: 'enterChroot',
        spec: 'S8',
      }),
    );
  steps.push(
    step({ kind: 'hostName', name: 'localhost', domain: '(none)' }, 'the build saw this name', {
      nix: 'enterChroot',
      spec: 'S7',
    }),
    step({ kind: 'privateMounts' }, 'what is mounted below must not show on the host', {
      nix: 'enterChroot',
      spec: 'S9',
    }),
    step({ kind: 'umask', mask: 0 }, 'the modes below are exact'),
  );
  return steps;
}

/** The build could not write to these directories, which were root's; here they are the caller's, so their modes say it. */
function rootSteps({ options, demands }: PlanInput): readonly Step[] {
  const top = (at: string, mode: number, why: string, nix = 'setupBuildChroot'): Step =>
    step({ kind: 'directory', at: innerPath(at), mode }, why, { nix, spec: 'S11' });
  const closed = closedMode(options.without);
  return [
    step({ kind: 'tmpfs', at: innerPath('/'), mode: closed & 0o750 }, 'an empty root of its own', {
      nix: 'setupBuildChroot',
      spec: 'S11',
    }),
    top('/nix', closed, 'for the store'),
    top('/build', 0o755, 'for the working copy', 'enterChroot'),
    top('/bin', closed, 'for sh', 'enterChroot'),
    demands.features.includes('uid-range')
      ? top('/etc', 0o755, 'for passwd, group and hosts; a build that asks for uid-range may write to it')
      : top('/etc', closed, 'for passwd, group and hosts'),
    top('/dev', closed, 'for the devices', 'enterChroot'),
    top('/tmp', 0o1777, 'programs expect it (S19)'),
    top('/proc', 0o555, 'for the procfs (S19)', 'enterChroot'),
  ];
}

function deviceSteps(facts: HostFacts): readonly Step[] {
  const like = { nix: 'enterChroot', spec: 'S14' };
  const links: readonly (readonly [string, string])[] = [
    ['/dev/fd', '/proc/self/fd'],
    ['/dev/stdin', '/proc/self/fd/0'],
    ['/dev/stdout', '/proc/self/fd/1'],
    ['/dev/stderr', '/proc/self/fd/2'],
  ];
  const device = (name: string): Op => ({
    kind: 'device',
    from: hostPath(`/dev/${name}`),
    to: innerPath(`/dev/${name}`),
    readOnly: facts.uid === 0,
  });
  return [
    ...facts.devices.map(name =>
      step(
        device(name),
        name === 'kvm' ? 'the host has it, and builds that start machines need it' : 'builds expect it',
        like,
      ),
    ),
    step({ kind: 'directory', at: innerPath('/dev/pts'), mode: 0o755 }, 'for terminals', like),
    step(
      { kind: 'devpts', at: innerPath('/dev/pts') },
      "terminals can be opened inside, and the user's other terminals are out of reach",
      { nix: 'enterChroot', spec: 'S20' },
    ),
    step(
      { kind: 'bindInner', from: innerPath('/dev/pts/ptmx'), to: innerPath('/dev/ptmx') },
      'opens terminals of the private devpts; a device, as S14 wants it',
      { nix: 'enterChroot', spec: 'S14' },
    ),
    step({ kind: 'directory', at: innerPath('/dev/shm'), mode: 0o1777 }, 'for shared memory', like),
    step({ kind: 'tmpfs', at: innerPath('/dev/shm'), mode: 0o1777 }, 'shm_open(3) and POSIX semaphores need it', {
      nix: 'enterChroot',
      spec: 'S15',
    }),
    ...procSteps(facts),
    ...links.map(([at, target]) =>
      step({ kind: 'link', at: innerPath(at), target }, 'shells and scripts use it', {
        nix: 'enterChroot',
        spec: 'S17',
      }),
    ),
  ];
}

/** Run by root, the command has root's rights to files of the kernel: nothing of them may be changed, or read that others may not. */
function procSteps({ uid, privateProc }: HostFacts): readonly Step[] {
  const like = { nix: 'enterChroot', spec: 'S10' };
  const at = innerPath('/proc');
  if (uid !== 0)
    return [step({ kind: 'proc', at, readOnly: false }, 'shows the processes of the sandbox and no others', like)];
  return [
    step(
      { kind: 'proc', at, readOnly: true },
      "shows the processes of the sandbox and no others; you are root, and the kernel's settings in it are the machine's",
      like,
    ),
    ...privateProc.map(name =>
      step({ kind: 'mask', at: innerPath(`/proc/${name}`) }, 'only root may open it, and you are root'),
    ),
  ];
}
