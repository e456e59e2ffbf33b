/** `nix-build-shell DIR [CMD…]`: the whole walk, from a kept directory to the command's exit status. */
import { EXIT } from '../../base/failure.ts';
import { trace, traces } from '../../base/trace.ts';
import { rememberForeground } from '../../ffi/foreground.ts';
import { type RunOutcome, runPlan } from '../../sandbox/run.ts';
import { finishSession, sweepSessions } from '../../session/store.ts';
import type { RunRequest } from '../arguments.ts';
import { makePlaceInCopy } from '../binds.ts';
import { plannedRun } from '../planned.ts';
import { recognise } from '../prepare.ts';
import { say, sayFailure } from '../say.ts';
import { forwardSignals } from '../signals.ts';
import { type Ready, workingCopy } from '../working-copy.ts';

/** Runs CMD, or an interactive shell, in the sandbox of DIR. @returns the exit status */
export async function runDirectory(request: RunRequest): Promise<number> {
  if (request.command.length === 0 && !process.stdin.isTTY) {
    say(
      "CMD is missing, and without a terminal there is no interactive shell; 'nix-build-shell list' names the kept builds",
    );
    return EXIT.usage;
  }
  const build = recognise(request.directory);
  if (!build.ok) return sayFailure(build.failure);
  trace('time', 'recognised');
  const ready = await workingCopy(build.value, request.options);
  if (!ready.ok) return sayFailure(ready.failure);
  try {
    return await runInside(ready.value, request);
  } finally {
    if (request.options.keep) say(`the working copy is kept in ${ready.value.session.build}`);
    finishSession(ready.value.session, { keep: request.options.keep });
    sweepSessions(process.env);
  }
}

async function runInside(ready: Ready, request: RunRequest): Promise<number> {
  for (const bind of ready.prepared.binds.filter(({ to }) => to.startsWith('/build/'))) {
    const place = makePlaceInCopy(bind, ready.session.build);
    if (!place.ok) return sayFailure(place.failure);
  }
  const { prepared, session } = ready;
  const made = plannedRun(prepared, session, session.build, request.command, request.options);
  if (traces('plan')) trace('plan', JSON.stringify(made));
  if (request.command.length === 0) greet(ready);
  const takeTerminalBack = rememberForeground();
  let init: number | null = null;
  const stopForwarding = forwardSignals(() => init);
  const outcome = await runPlan(made, {
    started: pid => {
      init = pid;
      sweepSessions(process.env);
    },
  });
  stopForwarding();
  takeTerminalBack();
  return statusOf(outcome);
}

function greet({ prepared }: Ready): void {
  say(`in ${prepared.build.name?.value ?? prepared.build.outer}; /build is a copy, gone when you leave (or --keep)`);
}

function statusOf(outcome: RunOutcome): number {
  return outcome.kind === 'ended' ? outcome.status : sayFailure(outcome.failure);
}
