/** The plan of a run: the same for `plan`, which shows it, and for the run itself. */
import { dirname } from 'node:path';
import { ok, type Result } from '../base/failure.ts';
import { type HostPath, hostPath } from '../base/path.ts';
import { demandsOf } from '../nix/demands.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { type Entrance, entranceOf } from '../sandbox/join.ts';
import { plan } from '../sandbox/plan.ts';
import type { PlanInput } from '../sandbox/plan-input.ts';
import { findPromptShell } from '../sandbox/prompt-shell.ts';
import type { SandboxPlan } from '../sandbox/step.ts';
import type { StoreView } from '../sandbox/store-view.ts';
import type { WorkingCopy } from '../sandbox/working-copy.ts';
import { closeChoice } from '../session/ladder.ts';
import { overlayCopy } from '../session/make-copy.ts';
import { expectedPlace } from '../session/place.ts';
import type { Session } from '../session/session.ts';
import type { RunOptions } from './arguments.ts';
import { facts, type Prepared, workingDirectory } from './prepare.ts';
import { chosenRung } from './rung.ts';
import { storeView } from './store-view.ts';

/** Where a session's parts are, or would be. */
export type PlannedSession = Pick<Session, 'build' | 'root' | 'store' | 'copy'>;

export interface PlannedRun {
  readonly plan: SandboxPlan;
  readonly store: StoreView;
  /** How the sandbox can be entered while it runs: made when it does, as it may be for nobody. */
  readonly entrance: () => Entrance;
}

/**
 * @param session where the working copy and the sandbox's root are, or would be
 * @param tree the content to look for the working directory in: the copy, or the kept directory where there is none
 * @param command CMD and its arguments; none is an interactive shell
 */
export async function plannedRun(
  prepared: Prepared,
  session: PlannedSession,
  tree: HostPath,
  command: readonly string[],
  options: RunOptions,
): Promise<PlannedRun> {
  const { build, env, derivation, shell, binds } = prepared;
  const interactive = command.length === 0;
  const asked = facts(build, options);
  const hostFacts = interactive || shell === null ? { ...asked, promptShell: findPromptShell(asked.nixRoot) } : asked;
  const store = await storeView({ prepared, command, options, facts: hostFacts, directory: session.store });
  const input: PlanInput = {
    build,
    env,
    derivation,
    demands: demandsOf(build, env, derivation),
    session: { build: session.build, root: session.root, copy: session.copy },
    store,
    options: {
      command: interactive ? null : command,
      net: options.net,
      without: options.without,
      binds,
      shell,
      workingDirectory: workingDirectory(env, tree),
    },
    facts: hostFacts,
  };
  const made = plan(input);
  return { plan: made, store, entrance: () => entranceOf(made, input) };
}

/** The session that a plan names which is only shown: no copy is made. @returns a Failure where `--copy` asks for what cannot be */
export function shownSession(build: KeptBuild, options: RunOptions): Result<PlannedSession> {
  const session = hostPath(`${expectedPlace(process.env)}/SESSION`);
  const copy = shownCopy(build, session, options);
  return copy.ok
    ? ok({
        build: hostPath(`${session}/build`),
        root: hostPath(`${session}/root`),
        store: hostPath(`${session}/store`),
        copy: copy.value,
      })
    : copy;
}

function shownCopy(build: KeptBuild, session: HostPath, options: RunOptions): Result<WorkingCopy> {
  if (build.access !== 'readable') return ok({ rung: 'privileged', notTaken: [] });
  const chosen = chosenRung(build.content, hostPath(dirname(session)), options);
  if (!chosen.ok) return chosen;
  const { rung, notTaken } = chosen.value;
  closeChoice(chosen.value);
  return ok(rung === 'overlay' ? overlayCopy(build.content, session, chosen.value) : { rung, notTaken });
}
