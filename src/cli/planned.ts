/** The plan of a run: the same for `plan`, which shows it, and for the run itself. */
import { dirname } from 'node:path';
import { ok, type Result } from '../base/failure.ts';
import { type HostPath, hostPath } from '../base/path.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { plan } from '../sandbox/plan.ts';
import type { PlanInput } from '../sandbox/plan-input.ts';
import { findPromptShell } from '../sandbox/prompt-shell.ts';
import type { SandboxPlan } from '../sandbox/step.ts';
import type { WorkingCopy } from '../sandbox/working-copy.ts';
import { endLook, lookedSoFar } from '../session/look.ts';
import { sessionsPlaces } from '../session/place.ts';
import type { RunOptions } from './arguments.ts';
import { facts, type Prepared, workingDirectory } from './prepare.ts';
import { chosenRung } from './rung.ts';

/**
 * @param session where the working copy and the sandbox's root are, or would be
 * @param tree the content to look for the working directory in: the copy, or the kept directory where there is none
 * @param command CMD and its arguments; none is an interactive shell
 */
export function plannedRun(
  { build, env, derivation, shell, binds }: Prepared,
  session: PlanInput['session'],
  tree: HostPath,
  command: readonly string[],
  options: RunOptions,
): SandboxPlan {
  const hostFacts = facts(build, options);
  const interactive = command.length === 0;
  return plan({
    build,
    env,
    derivation,
    session: { build: session.build, root: session.root, copy: session.copy },
    options: {
      command: interactive ? null : command,
      net: options.net,
      without: options.without,
      binds,
      shell,
      workingDirectory: workingDirectory(env, tree),
    },
    facts: interactive ? { ...hostFacts, promptShell: findPromptShell(hostFacts.nixRoot) } : hostFacts,
  });
}

/** The session that a plan names which is only shown: no copy is made. @returns a Failure where `--copy` asks for what cannot be */
export function shownSession(build: KeptBuild, options: RunOptions): Result<PlanInput['session']> {
  const sessions = sessionsPlaces(process.env, process.getuid?.() ?? 0)[0] ?? hostPath('/tmp');
  const session = hostPath(`${sessions}/SESSION`);
  const copy = shownCopy(build, session, options);
  return copy.ok
    ? ok({ build: hostPath(`${session}/build`), root: hostPath(`${session}/root`), copy: copy.value })
    : copy;
}

function shownCopy(build: KeptBuild, session: HostPath, options: RunOptions): Result<WorkingCopy> {
  if (build.access !== 'readable') return ok({ rung: 'privileged', notTaken: [] });
  const chosen = chosenRung(build.content, hostPath(dirname(session)), options);
  if (!chosen.ok) return chosen;
  const { rung, notTaken, look } = chosen.value;
  if (look !== null) endLook(look);
  if (rung !== 'overlay') return ok({ rung, notTaken });
  return ok({ rung, lower: build.content, session, looked: lookedSoFar(look), notTaken });
}
