/** The walk's first half, shared by the run and by `plan`, `show` and `env`: from DIR to everything that a plan is made of, but the copy. */
import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../base/failure.ts';
import { fsPath, type HostPath, hostPath, type InnerPath, innerPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { type EnvVars, envValue } from '../nix/env-vars.ts';
import { type LoadedEnvironment, loadEnvironment } from '../nix/environment.ts';
import type { BuildSystem, KeptBuild } from '../nix/kept-build.ts';
import { type NixSettings, readNixSettings } from '../nix/nix-settings.ts';
import { ownDirectory } from '../nix/own-directory.ts';
import { lookAt } from '../nix/read-regular.ts';
import { recogniseKeptBuild } from '../nix/recognise.ts';
import { withDerivation, withEnvironment } from '../nix/refine.ts';
import { storeLayout } from '../nix/store-layout.ts';
import { gatherHostFacts, type HostFacts } from '../sandbox/host.ts';
import { findPromptShell } from '../sandbox/prompt-shell.ts';
import { placeWithin } from '../session/place.ts';
import type { RunOptions } from './arguments.ts';
import { type Bind, resolveBind } from './binds.ts';

export interface Prepared extends LoadedEnvironment {
  readonly build: KeptBuild;
  readonly binds: readonly Bind[];
}

/** Recognises DIR; it may be one that the caller cannot read. */
export function recognise(directory: string): Result<KeptBuild> {
  return recogniseKeptBuild(directory, { cwd: ownDirectory() });
}

/** A Failure where the program's own files would change DIR, which it never does: they would lie in it. */
export function staysOutside({ outer }: KeptBuild): Result<null> {
  const place = placeWithin(process.env, outer);
  if (place === null) return ok(null);
  const because = `it lies in the kept directory ${outer}, which must not change`;
  const hint = 'NIX_BUILD_SHELL_SESSIONS and XDG_CACHE_HOME name other places';
  return fail(`keep files of our own in ${place}`, { because, hint });
}

/** Reads or re-constructs the build's environment, and resolves what the options name. */
export async function prepare(
  build: KeptBuild,
  options: RunOptions,
  more: { readonly wantDerivation?: boolean } = {},
): Promise<Result<Prepared>> {
  const store = namedStore(build.system, options.store);
  if (!store.ok) return store;
  const loaded = await loadEnvironment(build, {
    storeRoot: options.store,
    derivation: options.derivation,
    environment: process.env,
    ...more,
  });
  if (!loaded.ok) return loaded;
  if (loaded.value.shell === null) {
    const other = otherShell(build, options.store, loaded.value.shellFrom);
    if (!other.ok) return other;
  }
  trace('time', 'environment loaded');
  const binds: Bind[] = [];
  for (const word of options.binds) {
    const bind = resolveBind(word);
    if (!bind.ok) return bind;
    binds.push(bind.value);
  }
  const named = withEnvironment(build, loaded.value.env);
  const { derivation } = loaded.value;
  return ok({ ...loaded.value, build: derivation === null ? named : withDerivation(named, derivation), binds });
}

/** A build without a shell is entered with a bash that is none of its own, which starts the command. */
function otherShell(build: KeptBuild, root: string | null, why: string): Result<null> {
  const layout = storeLayout(root, build.system);
  if (findPromptShell(hostPath(`${layout.root}${dirname(layout.store)}`)) !== null) return ok(null);
  const hint = 'a bash on this machine (/bin/bash) would start the command';
  return fail("find the build's shell", {
    because: `${why}; neither the store nor the machine has another bash`,
    hint,
  });
}

/** A ROOT that holds no store is a slip of the person who typed it: said before everything that would follow from it. */
export function namedStore(system: BuildSystem, root: string | null): Result<null> {
  if (root === null) return ok(null);
  const layout = storeLayout(root, system);
  const directory = `${layout.root}${dirname(layout.store)}`;
  const { errno } = lookAt(directory);
  if (errno !== 'ENOENT' && errno !== 'ENOTDIR') return ok(null);
  const hint = `--store names the directory that holds ${layout.store.slice(1)}`;
  return fail(`use the store below ${root}`, { call: `lstat(${JSON.stringify(directory)})`, errno, hint });
}

/** The Nix settings that the build was made with; null where its store is not the machine's, or Guix'. */
export function machineSettings(build: KeptBuild, options: RunOptions): NixSettings | null {
  return options.store === null && build.system !== 'guix' ? readNixSettings(process.env) : null;
}

/** The host's facts for this build. */
export function facts(build: KeptBuild, options: RunOptions): HostFacts {
  return gatherHostFacts({
    storeRoot: storeLayout(options.store, build.system).root,
    storeTop: build.system === 'guix' ? '/gnu' : '/nix',
    buildTop: build.buildTop,
    network: options.net,
    settings: machineSettings(build, options),
    openFilesSoft: process.env['NIX_BUILD_SHELL_OPEN_FILES'],
  });
}

/**
 * Where a command starts: the directory in which the failing phase began, as `PWD` in env-vars says, if it is there; else
 * `/build`.
 * @param tree the content to look in: the working copy, or the kept directory where there is none
 */
export function workingDirectory(env: EnvVars, tree: HostPath): InnerPath {
  const top = envValue(env, 'NIX_BUILD_TOP') ?? '/build';
  const directory = envValue(env, 'PWD') ?? '/build';
  if (!directory.startsWith(`${top}/`)) return innerPath('/build');
  const relative = directory.slice(top.length + 1);
  if (relative.split('/').some(name => name === '..' || name === '.' || name === '')) return innerPath('/build');
  const stats = lstatSync(fsPath(`${tree}/${relative}`), { throwIfNoEntry: false });
  return innerPath(stats?.isDirectory() === true ? `/build/${relative}` : '/build');
}
