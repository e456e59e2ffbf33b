/** A plan, run with what the caller has: the terminal, which comes back in the end, and the signals, which go on to the command. */
import { trace } from '../base/trace.ts';
import { rememberForeground } from '../ffi/foreground.ts';
import { type RunHooks, type RunOutcome, runPlan } from '../sandbox/run.ts';
import type { SandboxPlan } from '../sandbox/step.ts';
import { forwardSignals } from './signals.ts';

/** Runs it to the command's end. */
export async function runHere(plan: SandboxPlan, hooks: RunHooks): Promise<RunOutcome> {
  const takeTerminalBack = rememberForeground();
  let init: number | null = null;
  const stopForwarding = forwardSignals(
    () => init,
    plan.steps.some(({ op }) => op.kind === 'ownSession'),
  );
  const outcome = await runPlan(plan, {
    ...hooks,
    started: pid => {
      init = pid;
      hooks.started?.(pid);
    },
  });
  trace('time', 'ended');
  stopForwarding();
  takeTerminalBack();
  return outcome;
}
