/** `show DIR`: what is known of one kept build, also where it cannot be entered. */
import { failureLine } from '../../base/failure.ts';
import { derivationOf, type Sought } from '../../nix/derivation-of.ts';
import type { EnvVars } from '../../nix/env-vars.ts';
import { readEnvironment } from '../../nix/environment.ts';
import type { KeptBuild } from '../../nix/kept-build.ts';
import { readability } from '../../nix/readability.ts';
import { withEnvironment } from '../../nix/refine.ts';
import { storeLayout } from '../../nix/store-layout.ts';
import { type Shown, showText } from '../../report/builds.ts';
import { json } from '../../report/text.ts';
import type { RunOptions } from '../arguments.ts';
import { oneBuildLog } from '../build-log.ts';
import { machineSettings, prepare, recognise, workingDirectory } from '../prepare.ts';
import { print, sayFailure } from '../say.ts';
import { actForCaller } from '../sudo.ts';

/** Prints the facts. What stands in the way of entering is one of them. @returns the exit status */
export async function show(directory: string, options: RunOptions, asJson: boolean): Promise<number> {
  actForCaller(directory);
  const found = recognise(directory);
  if (!found.ok) return sayFailure(found.failure);
  const shown = await gather(found.value, options);
  return print(asJson ? json({ version: 1, ...shown }) : showText(shown, Date.now()));
}

async function gather(build: KeptBuild, options: RunOptions): Promise<Shown> {
  const unreadable = readability(build.content);
  const prepared = await prepare(build, options, { wantDerivation: true });
  if (!prepared.ok) {
    const read = readEnvironment(build);
    const sought = await soughtDerivation(build, read.ok ? read.value : null, options);
    const nothing = {
      environment: read.ok ? read.value : null,
      derivation: sought?.derivation ?? null,
      derivationFoundBy: sought?.foundBy ?? null,
      candidates: sought?.candidates ?? [],
      shell: null,
      workingDirectory: null,
    };
    const log = await oneBuildLog(build, options.store, sought?.derivation?.path ?? options.derivation);
    const named = read.ok ? withEnvironment(build, read.value) : build;
    return { build: named, ...nothing, log, unreadable, problems: [failureLine(prepared.failure)], enter: null };
  }
  const { env, derivation, derivationFoundBy, candidates, shell, notes } = prepared.value;
  return {
    build: prepared.value.build,
    environment: env,
    derivation,
    derivationFoundBy,
    candidates,
    shell,
    workingDirectory: workingDirectory(env, prepared.value.build.content),
    log: await oneBuildLog(prepared.value.build, options.store, derivation?.path ?? options.derivation),
    unreadable,
    problems: [...notes, ...ofSettings(prepared.value.build, options)],
    enter: [
      'nix-build-shell',
      ...given('--store', options.store),
      ...given('--derivation', options.derivation),
      build.outer,
    ],
  };
}

/** What of Nix' settings could not be understood, as far as it may have been shown to the build. */
function ofSettings(build: KeptBuild, options: RunOptions): readonly string[] {
  return (machineSettings(build, options)?.problems ?? []).map(problem => `Nix' settings: ${problem}`);
}

/** What is known of the derivation though the build cannot be entered: between which ones it was left open, for example. */
async function soughtDerivation(build: KeptBuild, env: EnvVars | null, options: RunOptions): Promise<Sought | null> {
  const layout = storeLayout(options.store, build.system, process.env);
  const sought = await derivationOf(build, env, layout, options.derivation);
  return sought.ok ? sought.value : null;
}

/** An option that the command needs as it was needed here. */
function given(name: string, value: string | null): readonly string[] {
  return value === null ? [] : [name, value];
}
