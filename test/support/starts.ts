/** A program of the tests: starts sandboxes of a flat fixture in one process, as a job in JSON on its command line says. */
import { writeFileSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { failureLine } from '../../src/base/failure.ts';
import type { Ways } from '../../src/ffi/request.ts';
import { syscall } from '../../src/ffi/syscalls.ts';
import type { PlanOptions } from '../../src/sandbox/plan-input.ts';
import { runPlan } from '../../src/sandbox/run.ts';
import type { Op, SandboxPlan, Step } from '../../src/sandbox/step.ts';
import { everyFault, type FaultRun, type FaultsOf } from './faults.ts';
import { type FlatChange, flatEntrance, flatPlan } from './flat-plan.ts';

export interface Job {
  readonly base: string;
  readonly command: readonly string[];
  readonly ways?: Ways;
  readonly options?: Partial<PlanOptions>;
  readonly change?: FlatChange;
  /** Binds of the host that are put before the root is entered, beyond all checks. */
  readonly steps?: readonly Step[];
  /** How many times; more than one prints `starts: N good`, or what went wrong. Default 1: ends as the command does. */
  readonly count?: number;
  /** The status that is right, of many starts. */
  readonly expect?: number;
  /** Garbage in the main thread, and threads that make more. */
  readonly load?: boolean;
  /** PR_SET_MDWE: no memory of this process becomes executable any more. */
  readonly denyWriteExecute?: boolean;
  /** Everything that can fail fails once, or all calls of one kind of operation; prints a FaultRun for each, as JSON (faults.ts). */
  readonly faults?: true | Op['kind'];
  /** With `faults`: of the command in a sandbox that runs already. */
  readonly enters?: boolean;
}

const GARBAGE = `
  const keep = [];
  for (;;) {
    keep.push(Array.from({ length: 1000 }, (_, i) => ({ i, text: String(i) })));
    if (keep.length > 50) keep.length = 0;
  }`;

async function main(job: Job): Promise<number> {
  if (job.denyWriteExecute === true) {
    const PR_SET_MDWE = 65;
    const result = syscall('prctl', PR_SET_MDWE, 1, 0, 0, 0);
    if (result < 0) throw new Error(`prctl(PR_SET_MDWE) = ${result}`);
  }
  const plan = withSteps(flatPlan(job.base, job.command, job.options, job.change), job.steps ?? []);
  if (job.faults !== undefined) {
    const of: FaultsOf = job.faults === true ? {} : { only: job.faults };
    const runs = job.enters === true ? await faultsInside(job, of) : await everyFault(plan, job.ways, of);
    writeFileSync(1, JSON.stringify(runs));
    return 0;
  }
  const hooks = job.ways === undefined ? {} : { ways: job.ways };
  if (job.count !== undefined) return many(plan, job, hooks);
  const outcome = await runPlan(plan, hooks);
  if (outcome.kind === 'ended') return outcome.status;
  writeSync(2, `nix-build-shell: ${failureLine(outcome.failure)}\n`);
  return outcome.failure.status;
}

async function faultsInside({ base, command, ways }: Job, of: FaultsOf): Promise<readonly FaultRun[]> {
  let init = 0;
  const ended = runPlan(flatPlan(base, ['sleep', '1000']), { started: pid => (init = pid) });
  const sandbox = syscall('pidfd_open', init);
  const runs = await everyFault(flatEntrance(base, command), ways, { ...of, sandbox });
  process.kill(init, 'SIGKILL');
  await ended;
  return runs;
}

function withSteps(plan: SandboxPlan, steps: readonly Step[]): SandboxPlan {
  const at = plan.steps.findIndex(({ op }) => op.kind === 'enterRoot');
  return { ...plan, steps: [...plan.steps.slice(0, at), ...steps, ...plan.steps.slice(at)] };
}

async function many(plan: SandboxPlan, job: Job, hooks: { readonly ways?: Ways }): Promise<number> {
  const workers = job.load === true ? [0, 1].map(() => new Worker(GARBAGE, { eval: true })) : [];
  const wrong: string[] = [];
  let garbage: unknown[] = [];
  for (let start = 0; start < (job.count ?? 0); start += 1) {
    if (job.load === true) garbage = Array.from({ length: 20_000 }, (_, index) => ({ index, before: garbage.length }));
    const outcome = await runPlan(plan, hooks);
    if (outcome.kind === 'failed') wrong.push(`${start}: ${failureLine(outcome.failure)}`);
    else if (outcome.status !== (job.expect ?? 0)) wrong.push(`${start}: status ${outcome.status}`);
  }
  await Promise.all(workers.map(worker => worker.terminate()));
  writeSync(1, wrong.length === 0 ? `starts: ${job.count} good\n` : `${wrong.join('\n')}\n`);
  return wrong.length === 0 ? 0 : 1;
}

process.exitCode = await main(JSON.parse(process.argv[2] ?? '{}') as Job);
