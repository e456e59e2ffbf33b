/** `plan DIR [CMD…]`: what a run would do, without doing it. */
import { hostPath } from '../../base/path.ts';
import { planCalls, planText } from '../../report/plan.ts';
import { json } from '../../report/text.ts';
import { sessionsPlaces } from '../../session/place.ts';
import type { RunOptions } from '../arguments.ts';
import { plannedRun } from '../planned.ts';
import { prepare, recognise } from '../prepare.ts';
import { print, sayFailure } from '../say.ts';

/** Prints the plan of a run. No copy is made: the session's paths are named as they would be. @returns the exit status */
export async function showPlan(
  directory: string,
  command: readonly string[],
  options: RunOptions,
  form: 'text' | 'json' | 'calls',
): Promise<number> {
  const found = recognise(directory);
  if (!found.ok) return sayFailure(found.failure);
  const prepared = await prepare(found.value, options);
  if (!prepared.ok) return sayFailure(prepared.failure);
  const sessions = sessionsPlaces(process.env, process.getuid?.() ?? 0)[0] ?? '/tmp';
  const session = {
    build: hostPath(`${sessions}/SESSION/build`),
    root: hostPath(`${sessions}/SESSION/root`),
  };
  const made = plannedRun(prepared.value, session, prepared.value.build.content, command, options);
  return print(form === 'json' ? json(made) : form === 'calls' ? planCalls(made) : planText(made));
}
