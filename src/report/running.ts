/** The sandboxes that run, as text: `enter` without a name. */
import { shellWord } from '../base/printable.ts';
import type { RunningSandbox } from '../session/running.ts';
import { age, table } from './text.ts';

const LONGEST = 40;

/** A line a sandbox, what may be long last. */
export function runningText(running: readonly RunningSandbox[], nowMs: number): string {
  const rows = running.map(({ launcher, name, sinceMs, command, outer }) => [
    String(launcher),
    name ?? '(name unknown)',
    age(sinceMs, nowMs),
    command.length === 0 ? 'a shell' : cut(command.map(shellWord).join(' ')),
    shellWord(outer),
  ]);
  return table([['PROCESS', 'NAME', 'SINCE', 'RUNS', 'DIRECTORY'], ...rows]);
}

/** As much of it as tells one from another. */
function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
