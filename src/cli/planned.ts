/** The plan of a run: the same for `plan`, which shows it, and for the run itself. */
import { type HostPath, hostPath } from '../base/path.ts';
import { plan } from '../sandbox/plan.ts';
import { findPromptShell } from '../sandbox/prompt-shell.ts';
import type { SandboxPlan } from '../sandbox/step.ts';
import { sessionsPlaces } from '../session/place.ts';
import type { RunOptions } from './arguments.ts';
import { facts, type Prepared, workingDirectory } from './prepare.ts';

/**
 * @param session where the working copy and the sandbox's root are, or would be
 * @param tree the content to look for the working directory in: the copy, or the kept directory where there is none
 * @param command CMD and its arguments; none is an interactive shell
 */
export function plannedRun(
  { build, env, derivation, shell, binds }: Prepared,
  session: { readonly build: HostPath; readonly root: HostPath },
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
    session: { build: session.build, root: session.root },
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

/** The session that a plan names which is only shown: no copy is made. */
export function shownSession(): { readonly build: HostPath; readonly root: HostPath } {
  const sessions = sessionsPlaces(process.env, process.getuid?.() ?? 0)[0] ?? '/tmp';
  return { build: hostPath(`${sessions}/SESSION/build`), root: hostPath(`${sessions}/SESSION/root`) };
}
