/** Runs a plan: the only way from the plan to the kernel. Gives the command's own status, or what failed and why. */
import { dirname } from 'node:path';
import { sayCall, sayCallOf } from '../base/call.ts';
import { errnoName } from '../base/errno.ts';
import { EXIT, type Failure, fail } from '../base/failure.ts';
import { trace, traces } from '../base/trace.ts';
import { launch } from '../ffi/launch.ts';
import type { Ended, LaunchRequest, Ways } from '../ffi/request.ts';
import { hintFor } from './hints.ts';
import { closedLimit } from './namespace-limit.ts';
import { sayOp } from './op.ts';
import { cloneFlagNames, lower, type Program } from './program.ts';
import type { Op, SandboxPlan } from './step.ts';

/** How a run ended: `status` as the launcher should exit with it (128+n for signal n), or our own failure, and the step that it befell. */
export type RunOutcome =
  | { readonly kind: 'ended'; readonly status: number; readonly signal: number | null }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly at: Op['kind'] | null };

export interface RunHooks {
  /** Called when the sandbox runs, with the process id of its init on the host. */
  readonly started?: (initPid: number) => void;
  /** A pidfd of process 1 of the sandbox that the plan enters; left out: it makes one. */
  readonly sandbox?: number;
  /** How the calls may be made; left out: every way, the best one first. */
  readonly ways?: Ways;
  /** The mount that the plan's overlay is (`byRoot`). */
  readonly tree?: number;
  /** For the tests of failures: what is launched instead. Failures are still told in the words of the plan. */
  readonly withFault?: (request: LaunchRequest) => LaunchRequest;
}

/** Where a generated program may be put for a moment, should the session's own directory be mounted noexec. */
const SHARED_DIRECTORIES = ['/tmp', '/var/tmp', '/dev/shm'];

/** Makes the sandbox, waits for its end. Nothing of it is left when the promise resolves. */
export async function runPlan(plan: SandboxPlan, hooks: RunHooks = {}): Promise<RunOutcome> {
  const program = lower(plan);
  if (traces('calls')) for (const call of program.calls) trace('calls', sayCall(call));
  trace('time', 'lowered');
  const request: LaunchRequest = {
    cloneFlags: program.cloneFlags,
    calls: program.calls,
    execute: program.execute,
    directories: [dirname(plan.root), ...SHARED_DIRECTORIES],
    ...(plan.steps.some(({ op }) => op.kind === 'dropGroups') ? { dropGroups: true } : {}),
    ...(hooks.tree === undefined ? {} : { tree: hooks.tree }),
    ...(hooks.sandbox === undefined ? {} : { sandbox: hooks.sandbox }),
  };
  const running = launch(hooks.withFault?.(request) ?? request, hooks.ways);
  trace('time', 'cloned');
  if ('kind' in running) return outcome(running, plan, program);
  trace('child', `process 1 of the sandbox is process ${running.pid} here`);
  hooks.started?.(running.pid);
  return outcome(await running.ended(), plan, program);
}

function outcome(ended: Ended, plan: SandboxPlan, program: Program): RunOutcome {
  trace('child', `ended: ${JSON.stringify(ended)}`);
  if (ended.kind === 'exited') return { kind: 'ended', status: ended.status, signal: null };
  if (ended.kind === 'signalled') return { kind: 'ended', status: 128 + ended.signal, signal: ended.signal };
  return { kind: 'failed', failure: failureOf(ended, plan, program), at: opOf(ended, plan, program)?.kind ?? null };
}

function failureOf(ended: Extract<Ended, { kind: 'failed' }>, plan: SandboxPlan, program: Program): Failure {
  const errno = errnoName(ended.errno);
  const enters = plan.steps.some(({ op }) => op.kind === 'join');
  if (ended.index === -3) {
    const wanted = enters ? 'enter the sandbox' : 'start the sandbox';
    return fail(wanted, { call: ended.what, errno, hint: hintFor('launch', errno) }).failure;
  }
  if (ended.index === -1) {
    const call = `clone(${enters ? 'SIGCHLD' : cloneFlagNames(plan).join('|')})`;
    const wanted = enters ? 'enter the sandbox' : 'make new namespaces';
    return fail(wanted, { call, errno, hint: namespaceHint(errno) }).failure;
  }
  if (ended.index === -2) {
    const { program: shell } = program.execute;
    const status = errno === 'E2BIG' ? EXIT.notExecutable : EXIT.failed;
    return fail("execute the build's shell", {
      call: `execve(${JSON.stringify(shell)}, …)`,
      errno,
      hint: hintFor('execute', errno),
      status,
    }).failure;
  }
  const call = program.calls[ended.index];
  const op = opOf(ended, plan, program);
  if (call === undefined || op === undefined) throw new Error(`no call ${ended.index} in the program`);
  return fail(`${enters ? 'enter' : 'set up'} the sandbox (${sayOp(op)})`, {
    call: ended.what === null ? sayCall(call) : sayCallOf(call, ended.what),
    errno,
    hint: hintFor(op.kind, errno),
  }).failure;
}

function namespaceHint(errno: string): string {
  const closed = errno === 'ENOSPC' ? closedLimit() : null;
  return closed === null
    ? hintFor('namespaces', errno)
    : `${closed} is 0: sudo sysctl -w ${closed}=15000; see 'nix-build-shell doctor'`;
}

/** The step whose call failed; undefined where the failure was before or after the steps. */
function opOf({ index }: { readonly index: number }, plan: SandboxPlan, program: Program): Op | undefined {
  return plan.steps[program.stepOf[index] ?? -1]?.op;
}
