/** The working copy of a run: what is copied, how, and what is said about it (S12). */
import { rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Failure, ok, type Result } from '../base/failure.ts';
import { fsPath, type HostPath, hostPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { asksForPrivileges, closedFailure } from '../nix/closed.ts';
import { nameInStore } from '../nix/drv-name.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { readability } from '../nix/readability.ts';
import { writeEnvVars } from '../nix/write-env-vars.ts';
import { type Choice, chooseRung, closeChoice } from '../session/ladder.ts';
import type { Look } from '../session/look.ts';
import { makeCopy } from '../session/make-copy.ts';
import { notWritten } from '../session/place.ts';
import { isPassing, rememberRefusal } from '../session/refusals.ts';
import { removeTree } from '../session/remove.ts';
import type { RootTree } from '../session/root-tree.ts';
import type { Session } from '../session/session.ts';
import { createSession, finishSession, sweepSessions } from '../session/store.ts';
import type { RunOptions } from './arguments.ts';
import { type Prepared, prepare } from './prepare.ts';
import { agreed, privilegedCopy, privilegedStep } from './privileged.ts';
import { chosenRung } from './rung.ts';
import { say, sayDamage } from './say.ts';
import { progressLine, sayReport } from './say-copy.ts';

export interface Ready {
  readonly prepared: Prepared;
  readonly session: Session;
  /** What is left to look at while the command runs, on an overlay; null elsewhere. */
  readonly look: Look | null;
  /** What root mounts; null elsewhere. */
  readonly tree: RootTree | null;
}

/** What killed launchers left may be what fills the disk. It may be much, and the way out is to fail. */
const FULL_SWEEP_MS = 30_000;
const FULL: readonly (string | null)[] = ['ENOSPC', 'EDQUOT'];

/** As {@link firstWorkingCopy}; where the disk is full, once more when what killed launchers left is gone. */
export async function workingCopy(build: KeptBuild, options: RunOptions): Promise<Result<Ready>> {
  const ready = await firstWorkingCopy(build, options);
  if (ready.ok || !FULL.includes(ready.failure.errno) || sweepSessions(process.env, FULL_SWEEP_MS) === 0) return ready;
  return firstWorkingCopy(build, options);
}

/**
 * Prepares the build and makes its working copy. Without privileges wherever the tree can be read and the environment is readable or
 * can be re-constructed; else with the one privileged step, where the user agrees to it.
 */
async function firstWorkingCopy(build: KeptBuild, options: RunOptions): Promise<Result<Ready>> {
  const closed = build.access !== 'readable';
  const denied = closed || build.envFile?.access === 'denied';
  if (options.sudo && (denied || readability(build.content).count > 0)) return privileged(build, options);
  if (!closed) {
    const prepared = await prepare(build, options);
    if (prepared.ok) return plain(prepared.value, options);
    if (!denied || !(await agreed(build))) return prepared;
    return privileged(build, options);
  }
  if (asksForPrivileges(build) && (await agreed(build))) return privileged(build, options);
  return closedFailure(build, `--sudo copies it with one privileged step: ${privilegedStep(build)}`);
}

async function plain(prepared: Prepared, options: RunOptions): Promise<Result<Ready>> {
  const session = createSession(process.env);
  if (!session.ok) return session;
  const content = prepared.build.content;
  const chosen = chosenRung(content, placeOf(session.value), options);
  if (!chosen.ok) {
    finishSession(session.value, { keep: false });
    return chosen;
  }
  const { refusal } = chosen.value;
  if (refusal !== null) {
    say(`${refusal.call} = ${refusal.errno}: a copy is made instead of an overlay${fromNowOn(refusal.errno)}`);
    if (!isPassing(refusal.errno)) rememberRefusal(placeOf(session.value), content, 'ids', refusal.errno);
  }
  return onRung(prepared, session.value, chosen.value);
}

function fromNowOn(errno: string): string {
  return isPassing(errno) ? '' : ', and will be from now on';
}

function placeOf(session: Session): HostPath {
  return hostPath(dirname(session.directory));
}

function onRung(prepared: Prepared, session: Session, choice: Choice): Result<Ready> {
  const line = progressLine();
  const made = makeCopy(session, prepared.build.content, choice, line.show);
  line.clear();
  if (!made.ok) {
    closeChoice(choice);
    finishSession(session, { keep: false });
    return made;
  }
  trace('time', 'copied');
  sayReport(made.value.report, prepared);
  return withEnvironmentFile({ prepared, session: made.value, look: choice.look, tree: choice.tree });
}

/** After the kernel refused the overlay: the next rung, said once for this place and kernel. */
export function nextRung({ prepared, session, look, tree }: Ready, refused: Failure): Result<Ready> {
  const { content } = prepared.build;
  const errno = refused.errno ?? 'EIO';
  say(`an overlay is refused here (${refused.call ?? ''} = ${errno}): a copy is made instead${fromNowOn(errno)}`);
  if (isPassing(errno)) sweepSessions(process.env, FULL_SWEEP_MS);
  else rememberRefusal(placeOf(session), content, 'overlay', errno);
  closeChoice({ look, tree });
  for (const directory of [session.build, hostPath(`${session.directory}/work`)]) {
    const removed = removeTree(directory);
    if (!removed.ok) return removed;
  }
  const next = chooseRung({ content, place: placeOf(session), wanted: 'reflink', keep: false });
  const why = `the kernel refused it with ${errno}`;
  return onRung(prepared, session, { ...next, notTaken: [{ rung: 'overlay', why }, ...next.notTaken] });
}

async function privileged(build: KeptBuild, options: RunOptions): Promise<Result<Ready>> {
  const session = createSession(process.env);
  if (!session.ok) return session;
  const copied = await privilegedCopy(build, session.value.build, options);
  if (!copied.ok) {
    finishSession(session.value, { keep: false });
    return copied;
  }
  const { prepared, report } = copied.value;
  sayReport(report, prepared);
  const copy = { rung: 'privileged', notTaken: [] } as const;
  return withEnvironmentFile({ prepared, session: { ...session.value, report, copy }, look: null, tree: null });
}

/** Writes the re-constructed environment where the build's own would be, and says so, once. */
function withEnvironmentFile(ready: Ready): Result<Ready> {
  const { env } = ready.prepared;
  if (env.source.kind === 'file') {
    sayDamage(env);
    return ok(ready);
  }
  const path = `${ready.session.build}/env-vars`;
  try {
    rmSync(fsPath(path), { recursive: true, force: true });
    writeFileSync(fsPath(path), writeEnvVars(env.variables).bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    closeChoice(ready);
    finishSession(ready.session, { keep: false });
    return notWritten('write /build/env-vars in the working copy', error, ready.session.build);
  }
  sayReconstructed(ready.prepared);
  return ok(ready);
}

/** One line, as it comes with every run, with the worst of what is lost: `show`, `plan` and `env` tell all of it, and how the derivation was found. */
function sayReconstructed({ env: { source }, build, shell }: Prepared): void {
  if (source.kind !== 're-constructed') return;
  const why = whyNotRead(build);
  const from = nameInStore(source.derivation) ?? source.derivation;
  const without = source.lost[0] === undefined ? '' : `, without ${source.lost[0]}`;
  say(`${why}: it is re-constructed from ${from}${without}; 'show DIR' tells what else is lost`);
  if (shell === null)
    say('the build has no shell: a bash that it did not have starts the command, and is not in its PATH');
}

function whyNotRead({ envFile }: KeptBuild): string {
  if (envFile === null) return 'there is no env-vars';
  return envFile.access === 'readable' ? 'env-vars sets no variable' : 'env-vars cannot be read';
}
