/** The rung of the ladder for a run, or for the plan of one. */
import { fail, ok, type Result } from '../base/failure.ts';
import type { HostPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { type Choice, chooseRung, closeChoice } from '../session/ladder.ts';
import { nearestDirectory } from '../session/place.ts';
import type { RunOptions } from './arguments.ts';

/**
 * @param place where sessions are; it need not be there yet
 * @returns a Failure where `--copy` asks for what cannot be
 */
export function chosenRung(content: HostPath, place: HostPath, { copy, keep }: RunOptions): Result<Choice> {
  const choice = chooseRung({ content, place: nearestDirectory(place), wanted: copy, keep });
  trace('time', `rung ${choice.rung}`);
  if (copy === null || copy === choice.rung) return ok(choice);
  closeChoice(choice);
  const because = choice.notTaken.find(({ rung }) => rung === copy)?.why ?? null;
  return fail(`make the working copy with --copy=${copy}`, { because, hint: 'without --copy, what works is chosen' });
}
