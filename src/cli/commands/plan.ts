/** `plan DIR [CMD…]`: what a run would do, without doing it. */
import { planCalls, planText } from '../../report/plan.ts';
import { json } from '../../report/text.ts';
import type { RunOptions } from '../arguments.ts';
import { plannedRun, shownSession } from '../planned.ts';
import { prepare, recognise, staysOutside } from '../prepare.ts';
import { print, sayFailure } from '../say.ts';
import { actForCaller } from '../sudo.ts';

/** Prints the plan of a run. No copy is made: the session's paths are named as they would be. @returns the exit status */
export async function showPlan(
  directory: string,
  command: readonly string[],
  options: RunOptions,
  form: 'text' | 'json' | 'calls',
): Promise<number> {
  actForCaller(directory);
  const found = recognise(directory);
  if (!found.ok) return sayFailure(found.failure);
  const outside = staysOutside(found.value);
  if (!outside.ok) return sayFailure(outside.failure);
  const prepared = await prepare(found.value, options);
  if (!prepared.ok) return sayFailure(prepared.failure);
  const session = shownSession(prepared.value.build, options);
  if (!session.ok) return sayFailure(session.failure);
  const { content } = prepared.value.build;
  const { plan: made } = await plannedRun(prepared.value, session.value, content, command, options);
  return print(form === 'json' ? json(made) : form === 'calls' ? planCalls(made) : planText(made));
}
