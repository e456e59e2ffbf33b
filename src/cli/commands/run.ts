/** `nix-build-shell DIR [CMD…]`: the whole walk, from a kept directory to the command's exit status. */
import { monotonicMs } from '../../base/clock.ts';
import { EXIT, ok, type Result } from '../../base/failure.ts';
import { trace, traces } from '../../base/trace.ts';
import { absolutePath } from '../../nix/own-directory.ts';
import { lookAt } from '../../nix/read-regular.ts';
import { commandMissing, startOf } from '../../sandbox/command-there.ts';
import { lookInside } from '../../sandbox/look-inside.ts';
import type { RunOutcome } from '../../sandbox/run.ts';
import type { StoreView } from '../../sandbox/store-view.ts';
import { closeChoice } from '../../session/ladder.ts';
import { lookOn } from '../../session/look.ts';
import { dropOverlay, takeOverlay } from '../../session/root-tree.ts';
import { noteRunning } from '../../session/running.ts';
import type { Session } from '../../session/session.ts';
import { finishSession, sweepSessions } from '../../session/store.ts';
import { COMMANDS, type RunRequest } from '../arguments.ts';
import { makePlaceInCopy } from '../binds.ts';
import { fillStore } from '../fill-store.ts';
import { withPlace } from '../not-found.ts';
import { onStore, type Ran } from '../on-store.ts';
import { plannedRun } from '../planned.ts';
import { recognise, staysOutside } from '../prepare.ts';
import { runHere } from '../run-here.ts';
import { say, sayFailure } from '../say.ts';
import { actForCaller } from '../sudo.ts';
import { nextRung, type Ready, workingCopy } from '../working-copy.ts';

/** Half of a core at most, and only for as long as the look takes. */
const SLICE_MS = 4;
const PAUSE_MS = 8;
/** When the command has ended, what killed launchers left goes: all of it, but for trees so big that the caller would wonder. */
const LAST_SWEEP_MS = 2000;

/** What this process has done, as bits: the kinds of runs need different functions (src/cli/kept-code.ts). 0: no sandbox ran. */
let ways = 0;
const WAY = { whole: 1, closure: 2, overlay: 4, copy: 8, reconstructed: 16, interactive: 32 } as const;

/** The ways by which sandboxes ran in this process. */
export function waysGone(): number {
  return ways;
}

/** Whether a sandbox ran in this process, and no stream of Node's was used: those are for a copy's progress and for an interactive shell. */
export function usedNoStreams(): boolean {
  return (ways & WAY.overlay) !== 0 && (ways & (WAY.copy | WAY.interactive)) === 0;
}

function noteWays({ prepared, session }: Ready, store: StoreView, interactive: boolean): void {
  ways |= WAY[store.kind] | (session.copy.rung === 'overlay' ? WAY.overlay : WAY.copy);
  if (prepared.env.source.kind === 're-constructed') ways |= WAY.reconstructed;
  if (interactive) ways |= WAY.interactive;
}

/** Runs CMD, or an interactive shell, in the sandbox of DIR. @returns the exit status */
export async function runDirectory(request: RunRequest): Promise<number> {
  if (isSlip(request.directory)) {
    say(`${request.directory} is neither a directory nor a command (${COMMANDS.join(', ')}); '--help' tells more`);
    return EXIT.usage;
  }
  if (request.command.length === 0 && !process.stdin.isTTY) {
    say(
      "CMD is missing, and without a terminal there is no interactive shell; 'nix-build-shell list' names the kept builds",
    );
    return EXIT.usage;
  }
  actForCaller(request.directory);
  const build = recognise(request.directory);
  if (!build.ok) return sayFailure(build.failure);
  const outside = staysOutside(build.value);
  if (!outside.ok) return sayFailure(outside.failure);
  trace('time', 'recognised');
  const ready = await workingCopy(build.value, request.options);
  if (!ready.ok) return sayFailure(ready.failure);
  let last = ready.value;
  try {
    const outcome = await onStore(() => runInside(last, request));
    if (outcome.kind === 'ended' || outcome.at !== 'overlay' || request.options.copy !== null) return statusOf(outcome);
    const next = nextRung(last, outcome.failure);
    if (!next.ok) return sayFailure(next.failure);
    last = next.value;
    return statusOf(await onStore(() => runInside(last, request)));
  } finally {
    closeChoice(last);
    if (request.options.keep) sayKept(last.session);
    finishSession(last.session, { keep: request.options.keep });
    sweepSessions(process.env);
    trace('time', 'cleaned up');
  }
}

async function runInside(ready: Ready, request: RunRequest): Promise<Ran> {
  const { prepared } = ready;
  const { content } = prepared.build;
  for (const bind of prepared.binds.filter(({ to }) => to.startsWith('/build/'))) {
    const { build: copy, copy: made } = ready.session;
    const lower = made.rung === 'overlay' ? content : null;
    const place = makePlaceInCopy(bind, copy, lower, made.rung === 'overlay' && made.byRoot?.mapped === true);
    if (!place.ok) return { outcome: { kind: 'failed', failure: place.failure, at: null }, store: null };
  }
  const mounted = mountedSession(ready);
  if (!mounted.ok) return { outcome: { kind: 'failed', failure: mounted.failure, at: 'overlay' }, store: null };
  const { session, tree: mount } = mounted.value;
  const tree = session.copy.rung === 'overlay' ? content : session.build;
  const { plan: made, store, entrance } = await plannedRun(prepared, session, tree, request.command, request.options);
  const filled = fillStore(store);
  if (!filled.ok) return { outcome: { kind: 'failed', failure: filled.failure, at: null }, store };
  const inside = { look: (path: string) => lookInside(made, path), start: startOf(made.steps) };
  const missing = commandMissing(inside, prepared.env, request.command);
  if (missing !== null)
    return { outcome: { kind: 'failed', failure: withPlace(missing, prepared, request), at: null }, store };
  if (traces('plan')) trace('plan', JSON.stringify(made));
  if (request.command.length === 0) greet(ready, request.options.keep);
  const { outer, name } = prepared.build;
  const outcome = await runHere(made, {
    ...(mount === null ? {} : { tree: mount }),
    started: pid => {
      noteRunning(session, pid, { outer, name: name?.value ?? null, command: request.command, entrance: entrance() });
      noteWays(ready, store, request.command.length === 0);
      sweepSessions(process.env, LAST_SWEEP_MS);
      lookWhileRunning(ready);
    },
  });
  if (ready.tree !== null) dropOverlay(ready.tree);
  return { outcome, store };
}

/** The session, with its overlay mounted where that is root's to do. The layer of changes is not written to from outside any more. */
function mountedSession({ session, tree }: Ready): Result<{ session: Session; tree: number | null }> {
  const { copy } = session;
  if (tree === null || copy.rung !== 'overlay' || copy.byRoot === null) return ok({ session, tree: null });
  const taken = takeOverlay(tree, session.directory);
  if (!taken.ok) return taken;
  const byRoot = { ...copy.byRoot, links: taken.value.links };
  return ok({ session: { ...session, copy: { ...copy, byRoot } }, tree: taken.value.mount });
}

/** Looks at the rest of a tree under an overlay, in small slices, and says what of it is not the caller's. */
function lookWhileRunning({ look, tree, prepared }: Ready): void {
  if (look === null || look.found.whole) return;
  const timer = setInterval(() => {
    if (!lookOn(look, monotonicMs() + SLICE_MS)) return;
    clearInterval(timer);
    const { foreign } = look.found;
    if (foreign !== null)
      say(
        `${foreign} in ${prepared.build.content} ${tree === null || tree.ids < 0 ? 'is not yours (owner or group)' : 'has another owner or group than its top'}: inside it belongs to nobody and cannot be written; --copy=copy makes all of it yours`,
      );
  }, PAUSE_MS).unref();
}

/** `lisst`: a word that could be a command, and names nothing here. */
function isSlip(word: string): boolean {
  return /^[a-z]+$/.test(word) && lookAt(absolutePath(word)).errno === 'ENOENT';
}

function sayKept({ build, copy }: Session): void {
  say(
    copy.rung === 'overlay'
      ? `what was changed is kept in ${build}, and nothing else: it is the upper layer of an overlay over ${copy.lower}`
      : `the working copy is kept in ${build}`,
  );
}

function greet({ prepared }: Ready, keep: boolean): void {
  const end = keep ? 'kept at the end' : 'gone at the end (or --keep)';
  say(`in ${prepared.build.name?.value ?? prepared.build.outer}; /build is ${end}`);
}

function statusOf(outcome: RunOutcome): number {
  return outcome.kind === 'ended' ? outcome.status : sayFailure(outcome.failure);
}
