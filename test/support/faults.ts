/** Runs a plan once for each thing that can fail in it, with that made to fail: what was said each time, and what was left. */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { type Arg, bytes, type Call, call, NULL, num, sayCall, text } from '../../src/base/call.ts';
import { type Failure, failureLine } from '../../src/base/failure.ts';
import { hostPath } from '../../src/base/path.ts';
import type { LaunchRequest, Ways } from '../../src/ffi/request.ts';
import { sayOp } from '../../src/sandbox/op.ts';
import { lower } from '../../src/sandbox/program.ts';
import { type RunHooks, type RunOutcome, runPlan } from '../../src/sandbox/run.ts';
import type { Op, SandboxPlan } from '../../src/sandbox/step.ts';
import { limit } from '../../src/sandbox/structures.ts';
import { removeTree } from '../../src/session/remove.ts';
import { closeRootTree, openRootTree, takeOverlay } from '../../src/session/root-tree.ts';

const NOFILE = num(7, 'RLIMIT_NOFILE');
/** Without CLONE_SIGHAND it is refused. */
const CLONE_THREAD = 0x10000;
const words = (...values: readonly string[]): Arg => ({ kind: 'vector', values });

/** Calls that the kernel refuses wherever they are made, each with its own errno: no result is made up. */
const REFUSED: readonly (readonly [errno: string, Call])[] = [
  ['EPERM', call('prlimit64', num(0), NOFILE, bytes(limit(2 ** 40, 2 ** 40), '{2^40, 2^40}'), NULL)],
  ['ENOENT', call('chdir', text('/no/such/directory'))],
  ['EINVAL', call('umount2', text('/'), num(0xffff))],
  ['ENOMEM', call('mmap', NULL, num(2 ** 50), num(0), num(0x22))],
  ['EBADF', call('close', num(-1))],
  ['EFAULT', call('chdir', num(1))],
  ['ENAMETOOLONG', call('chdir', text('x'.repeat(5000)))],
];
/** The last call must be an exec. */
const REFUSED_EXEC = ['EACCES', call('execve', text('/'), words('x'), words())] as const;

/** What became of one run with a fault in it. */
export interface FaultRun {
  /** What was made to fail. */
  readonly fault: string;
  /** What the failure has to name; null where nothing of the kind can be told beforehand. */
  readonly wanted: string | null;
  readonly call: string | null;
  readonly errno: string;
  /** Whether the plan goes on without it. */
  readonly optional: boolean;
  /** Null where the command ran. */
  readonly failure: Failure | null;
  readonly status: number;
  /** Processes, descriptors and mounts that were not there before. */
  readonly left: readonly string[];
}

type Fault = Pick<FaultRun, 'fault' | 'wanted' | 'call' | 'errno' | 'optional'> & {
  readonly hooks: RunHooks;
  /** How many descriptors can still be opened; left out: as many as there are. */
  readonly descriptors?: number;
};

/** Which faults, and into what. */
export interface FaultsOf {
  /** Only those of one kind of operation. */
  readonly only?: Op['kind'];
  /** A pidfd of the sandbox that the plan enters. */
  readonly sandbox?: number;
}

/** Everything fails once, or each call of one kind of operation. To be called in a process that has nothing else to do. */
export async function everyFault(
  plan: SandboxPlan,
  ways: Ways | undefined,
  { only, sandbox }: FaultsOf,
): Promise<readonly FaultRun[]> {
  const runs: FaultRun[] = [];
  const into = sandbox === undefined ? {} : { sandbox };
  const faultless = await runOnce(plan, { ...hooksOf(ways), ...into }); // also: what is loaded once is no leftover
  if (faultless.kind === 'failed') throw new Error(failureLine(faultless.failure));
  const faults = [...faultyCalls(plan, ways), ...otherFaults(plan, ways)];
  const wanted = faults.filter(({ fault }) => only === undefined || fault.endsWith(` of ${only}`));
  for (const { hooks, descriptors, ...fault } of wanted) {
    const before = possessions();
    const outcome = await runOnce(plan, { ...hooks, ...into }, descriptors);
    const failure = outcome.kind === 'failed' ? outcome.failure : null;
    const status = outcome.kind === 'failed' ? outcome.failure.status : outcome.status;
    runs.push({ ...fault, failure, status, left: possessions().filter(thing => !before.includes(thing)) });
  }
  return runs;
}

/** With new layers, and the overlay mounted where that is root's to do. */
async function runOnce(plan: SandboxPlan, hooks: RunHooks, descriptors?: number): Promise<RunOutcome> {
  freshLayers(plan);
  const mounted = rootOverlay(plan);
  const taken = descriptors === undefined ? [] : takeDescriptors(descriptors);
  const outcome = await runPlan(plan, { ...hooks, ...mounted.hooks });
  for (const fd of taken) closeSync(fd);
  mounted.close();
  return outcome;
}

function rootOverlay({ steps }: SandboxPlan): { readonly hooks: RunHooks; readonly close: () => void } {
  const op = steps.map(step => step.op).find(({ kind }) => kind === 'overlay');
  if (op?.kind !== 'overlay' || op.byRoot === null) return { hooks: {}, close: () => undefined };
  const tree = openRootTree(op.lower, { uid: 0, gid: 0 });
  if ('errno' in tree) throw new Error(`${tree.call} = ${tree.errno}`);
  const taken = takeOverlay(tree, op.session);
  if (!taken.ok) throw new Error(failureLine(taken.failure));
  return { hooks: { tree: taken.value.mount }, close: () => closeRootTree(tree) };
}

function hooksOf(ways: Ways | undefined, withFault?: RunHooks['withFault']): RunHooks {
  return { ...(ways === undefined ? {} : { ways }), ...(withFault === undefined ? {} : { withFault }) };
}

function faultyCalls(plan: SandboxPlan, ways: Ways | undefined): readonly Fault[] {
  const { calls, stepOf } = lower(plan);
  return calls.flatMap((planned, index): readonly Fault[] => {
    // One of many that are the same but for a number, and optional: the actions of 62 signals.
    const before = calls[index - 1];
    if (planned.optional === true && stepOf[index - 1] === stepOf[index] && before?.name === planned.name) return [];
    const op = plan.steps[stepOf[index] ?? -1]?.op;
    const [errno, refused] =
      index === calls.length - 1 ? REFUSED_EXEC : (REFUSED[index % REFUSED.length] ?? REFUSED_EXEC);
    if (op === undefined) throw new Error(`no step for call ${index}`);
    const withFault = (request: LaunchRequest): LaunchRequest => ({
      ...request,
      calls: request.calls.map((made, at) => (at === index ? replaced(made, refused) : made)),
    });
    const wanted = `${enters(plan) ? 'enter' : 'set up'} the sandbox (${sayOp(op)})`;
    const optional = planned.optional === true;
    const hooks = hooksOf(ways, withFault);
    return [{ fault: `call ${index} of ${op.kind}`, wanted, call: sayCall(planned), errno, optional, hooks }];
  });
}

/** A refused call in the place of a planned one; the result of an earlier call still has a place to go to. */
function replaced(made: Call, { name, args }: Call): Call {
  return { ...made, name, args: [...args, ...made.args.filter(({ kind }) => kind === 'result')] };
}

function otherFaults(plan: SandboxPlan, ways: Ways | undefined): readonly Fault[] {
  const fault = (name: string, errno: string, withFault: RunHooks['withFault'], more: Partial<Fault> = {}): Fault => ({
    fault: name,
    wanted: null,
    call: null,
    errno,
    optional: false,
    hooks: hooksOf(ways, withFault),
    ...more,
  });
  const noPlace = (request: LaunchRequest): LaunchRequest => ({ ...request, directories: ['/no/such/directory'] });
  const carriers = ways?.carriers ?? ['memfd'];
  const lists = lower(plan).calls.filter(({ args }) => args.some(({ kind }) => kind === 'records')).length;
  const opened = Array.from({ length: 4 + lists }, (_, count) => count);
  return [
    fault('clone', 'EINVAL', request => ({ ...request, cloneFlags: request.cloneFlags + CLONE_THREAD }), {
      wanted: enters(plan) ? 'enter the sandbox' : 'make new namespaces',
    }),
    fault(
      'exec of the shell',
      'ENOENT',
      request => ({ ...request, execute: { ...request.execute, program: '/none' } }),
      {
        wanted: "execute the build's shell",
      },
    ),
    fault("no place for init's program", 'ENOENT', undefined, {
      wanted: enters(plan) ? 'enter the sandbox' : 'start the sandbox',
      hooks: { withFault: noPlace, ways: { carriers, files: ['unlinked'] } },
    }),
    ...opened.map(descriptors => fault(`${descriptors} descriptors left`, 'EMFILE', undefined, { descriptors })),
  ];
}

/** Whether the plan enters a sandbox that runs. */
function enters({ steps }: SandboxPlan): boolean {
  return steps.some(({ op }) => op.kind === 'join');
}

/** The kernel refuses to mount volatile layers a second time; the program makes new ones for each run. */
function freshLayers({ steps }: SandboxPlan): void {
  for (const { op } of steps) {
    if (op.kind !== 'overlay' && op.kind !== 'storeLayer') continue;
    for (const name of op.kind === 'overlay' ? ['build', 'work'] : ['store', 'store-work']) {
      const directory = hostPath(`${op.session}/${name}`);
      removeTree(directory);
      mkdirSync(directory);
    }
  }
}

/** Opens descriptors until only so many can be opened. */
function takeDescriptors(left: number): readonly number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    for (const fd of taken.splice(taken.length - left)) closeSync(fd);
  }
  return taken;
}

/** What this process has: children, descriptors, mounts. */
function possessions(): readonly string[] {
  const threads = readdirSync('/proc/self/task');
  const children = threads.flatMap(thread => readWords(`/proc/self/task/${thread}/children`));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...children.map(pid => `process ${pid}`),
    ...readdirSync('/proc/self/fd').map(fd => `descriptor ${fd}`),
    ...mounts.map(line => `mount ${line}`),
  ];
}

function readWords(path: string): readonly string[] {
  return readFileSync(path, 'latin1')
    .split(' ')
    .filter(word => word !== '');
}
