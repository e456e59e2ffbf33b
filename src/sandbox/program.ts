/** A plan, lowered to system calls: which calls, in order, and which step wants each of them. */
import type { Call } from '../base/call.ts';
import { CLONE } from './kernel.ts';
import { NAMESPACE_FLAG } from './namespace-ops.ts';
import { opCalls } from './op.ts';
import type { OpOf, SandboxPlan } from './step.ts';

export interface Program {
  /** The CLONE_NEW* flags of the clone that makes the child. */
  readonly cloneFlags: number;
  /** The child's calls; the last one executes init. */
  readonly calls: readonly Call[];
  /** The step that wants each of the calls, by its index in the plan. */
  readonly stepOf: readonly number[];
  /** What init executes, and the step that says so. */
  readonly execute: OpOf<'execute'>;
  readonly executeStep: number;
}

/** The names of the clone's flags, as strace(1) prints them. */
export function cloneFlagNames(plan: SandboxPlan): readonly string[] {
  return plan.steps.flatMap(({ op }) => (op.kind === 'namespaces' ? op.of.map(name => NAMESPACE_FLAG[name]) : []));
}

/** @throws Error on a plan without an `execute` step at its end: a bug of plan.ts */
export function lower(plan: SandboxPlan): Program {
  const last = plan.steps.at(-1)?.op;
  if (last?.kind !== 'execute') throw new Error('a plan ends in the execution of the command');
  const calls: Call[] = [];
  const stepOf: number[] = [];
  plan.steps.slice(0, -1).forEach(({ op }, index) => {
    for (const call of opCalls(op, plan.root)) {
      calls.push(call);
      stepOf.push(index);
    }
  });
  const cloneFlags = cloneFlagNames(plan).reduce((sum, name) => sum + CLONE[name as keyof typeof CLONE], 0);
  return { cloneFlags, calls, stepOf, execute: last, executeStep: plan.steps.length - 1 };
}
