/**
 * What can only be found out by trying: a sandbox with nothing in it, an overlay, single system calls. The results are data, so
 * that the questions about them can be tested without a machine that refuses. It, calls.ts and ../run.ts alone reach into ffi.
 */
import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type Call, call, NULL, num, sayCall, text } from '../../base/call.ts';
import { errnoName } from '../../base/errno.ts';
import { type HostPath, hostPath, innerPath } from '../../base/path.ts';
import { koffi } from '../../ffi/koffi.ts';
import { launch } from '../../ffi/launch.ts';
import type { Ended } from '../../ffi/request.ts';
import { ownArchitecture } from '../../ffi/syscalls.ts';
import { CLONE } from '../kernel.ts';
import { opCalls, sayOp } from '../op.ts';
import { cloneFlagNames, lower } from '../program.ts';
import type { Namespace, Op, SandboxPlan } from '../step.ts';
import { type CodePage, codePage, impossibleClone, missingCalls } from './calls.ts';
import { NO_PROGRAM, trialPlan } from './trial.ts';

/** The step that the kernel refused. */
export interface Refused {
  /** The kind of step; `launch` is what comes before the clone, `library` that no system call can be made at all. */
  readonly step: Op['kind'] | 'launch' | 'library';
  /** The step in words: `a procfs of the new PID namespace at /proc`. */
  readonly say: string;
  /** The call, as strace(1) prints it. */
  readonly call: string;
  /** The errno's name. */
  readonly errno: string;
}

export interface Probes {
  /** Null where a sandbox with nothing in it was made and ended as it should. */
  readonly trial: Refused | null;
  /** Where the clone was refused: which namespaces are, each asked for alone (user) or with a user namespace. */
  readonly refusedNamespaces: readonly { readonly namespace: Namespace; readonly errno: string }[];
  /** An overlay in a user namespace; null where it was mounted. The trial's refusal where it was not tried. */
  readonly overlay: Refused | null;
  /**
   * The errno of a clone that no kernel grants: EINVAL, unless a filter (seccomp(2)) answers before the kernel looks at it.
   */
  readonly impossibleClone: string;
  /** System calls that the kernel does not know (or a filter hides): ENOSYS. */
  readonly missingCalls: readonly string[];
  readonly codePage: CodePage;
}

const DEVICES = ['full', 'null', 'random', 'tty', 'urandom', 'zero', 'kvm'];

/** As {@link probe}; where koffi cannot be loaded, nothing was tried and the trial says so. */
export async function probeIfPossible(ids: { readonly uid: number; readonly gid: number }): Promise<Probes> {
  try {
    koffi();
    ownArchitecture();
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const trial: Refused = {
      step: 'library',
      say: 'make any system call',
      call: 'dlopen("koffi.node")',
      errno: message,
    };
    const codePage = { memfd: null, anonymous: null };
    return { trial, refusedNamespaces: [], overlay: trial, impossibleClone: 'EINVAL', missingCalls: [], codePage };
  }
  return await probe(ids);
}

/** Tries everything. Nothing is left of it: no process, no mount, no file. */
async function probe({ uid, gid }: { readonly uid: number; readonly gid: number }): Promise<Probes> {
  const place = firstDirectory([tmpdir(), '/tmp', '/var/tmp', '/etc']);
  const tree = firstDirectory(['/nix', '/usr', '/']);
  const devices = DEVICES.filter(name => existsSync(`/dev/${name}`));
  const trial = await tried(trialPlan({ uid, gid, place, tree, devices }));
  const cloneRefused = trial?.step === 'namespaces';
  return {
    trial,
    refusedNamespaces: cloneRefused ? await refusedNamespaces() : [],
    overlay: trial !== null ? trial : await triedOverlay(uid, gid, place),
    impossibleClone: impossibleClone(),
    missingCalls: missingCalls(),
    codePage: codePage(),
  };
}

function firstDirectory(paths: readonly string[]): HostPath {
  const found = paths.find(path => path.startsWith('/') && existsSync(path) && statSync(path).isDirectory());
  return hostPath(found ?? '/');
}

async function tried(plan: SandboxPlan): Promise<Refused | null> {
  const program = lower(plan);
  const ended = await ran(program.cloneFlags, program.calls);
  const refused = refusedBy(ended, cloneFlagNames(plan).join('|'));
  if (refused !== null || ended.kind !== 'failed' || ended.index < 0) return refused;
  const call = program.calls[ended.index];
  const op = plan.steps[program.stepOf[ended.index] ?? -1]?.op;
  if (call === undefined || op === undefined) throw new Error(`no call ${ended.index} in the trial`);
  return { step: op.kind, say: sayOp(op), call: sayCall(call), errno: errnoName(ended.errno) };
}

/** Runs calls in a child with new namespaces. The last of them looks for a program that is not there: that is a good end. */
async function ran(cloneFlags: number, calls: readonly Call[]): Promise<Ended> {
  const execute = { program: NO_PROGRAM, argv: [NO_PROGRAM], environment: [] };
  const running = launch({ cloneFlags, calls, execute, directories: ['/tmp', '/var/tmp', '/dev/shm'] });
  return 'kind' in running ? running : await running.ended();
}

/** What was refused before or after the calls; null where nothing was, or one of the calls. */
function refusedBy(ended: Ended, flagNames: string): Refused | null {
  if (ended.kind !== 'failed') {
    const how = ended.kind === 'exited' ? `exit status ${ended.status}` : `signal ${ended.signal}`;
    return { step: 'launch', say: `the trial ended with ${how}`, call: 'execveat(…)', errno: how };
  }
  const errno = errnoName(ended.errno);
  if (ended.index === -3)
    return { step: 'launch', say: 'what the launcher needs', call: ended.what ?? 'before the clone', errno };
  if (ended.index === -1) return { step: 'namespaces', say: 'new namespaces', call: `clone(${flagNames})`, errno };
  if (ended.index !== -2 || errno === 'ENOENT') return null;
  return { step: 'execute', say: 'execute a program', call: `execve("${NO_PROGRAM}")`, errno };
}

const INIT = opCalls({ kind: 'init' }, '/');

async function refusedNamespaces(): Promise<Probes['refusedNamespaces']> {
  const flags: Readonly<Record<Namespace, number>> = {
    user: CLONE.CLONE_NEWUSER,
    mount: CLONE.CLONE_NEWNS,
    pid: CLONE.CLONE_NEWPID,
    ipc: CLONE.CLONE_NEWIPC,
    uts: CLONE.CLONE_NEWUTS,
    net: CLONE.CLONE_NEWNET,
  };
  const refused: { namespace: Namespace; errno: string }[] = [];
  for (const namespace of ['user', 'mount', 'pid', 'ipc', 'uts', 'net'] as const) {
    const both = namespace === 'user' ? flags.user : flags.user + flags[namespace];
    const ended = await ran(both, INIT);
    if (ended.kind === 'failed' && ended.index === -1) refused.push({ namespace, errno: errnoName(ended.errno) });
  }
  return refused;
}

async function triedOverlay(uid: number, gid: number, place: HostPath): Promise<Refused | null> {
  const ids: Op = { kind: 'mapIds', uid: { inner: 1000, outer: uid }, gid: { inner: 100, outer: gid } };
  const here = num(-100, 'AT_FDCWD');
  const calls: readonly Call[] = [
    ...opCalls(ids, place),
    ...opCalls({ kind: 'privateMounts' }, place),
    ...opCalls({ kind: 'tmpfs', at: innerPath('/'), mode: 0o755 }, place),
    call('chdir', text(place)),
    ...['l', 'u', 'w', 'm'].map(name => call('mkdirat', here, text(name), num(0o755, '0755'))),
    call(
      'mount',
      text('overlay'),
      text('m'),
      text('overlay'),
      num(0),
      text('lowerdir=l,upperdir=u,workdir=w,userxattr'),
    ),
    ...INIT,
  ];
  const ended = await ran(CLONE.CLONE_NEWUSER + CLONE.CLONE_NEWNS, calls);
  const refused = refusedBy(ended, 'CLONE_NEWUSER|CLONE_NEWNS');
  if (refused !== null || ended.kind !== 'failed' || ended.index < 0) return refused;
  const at = calls[ended.index] ?? call('mount', NULL);
  return { step: 'tmpfs', say: 'an overlay', call: sayCall(at), errno: errnoName(ended.errno) };
}
