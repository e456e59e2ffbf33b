/** Which shell runs the command: the build's own (S4). */
import { constants } from 'node:fs';
import { fail, ok, type Result } from '../base/failure.ts';
import { type HostPath, hostPath, type InnerPath, innerPath, storePath } from '../base/path.ts';
import { shellWord } from '../base/printable.ts';
import type { Derivation } from './derivation.ts';
import { type EnvVars, envValue } from './env-vars.ts';
import { lookAt, mayAccess } from './read-regular.ts';
import { resolveInRoot } from './resolve-in-root.ts';
import { shellsOfDerivation } from './shell-of-derivation.ts';
import type { StoreLayout } from './store-layout.ts';

export interface BuildShell {
  /** As the build names it: `/nix/store/…-bash-5.2/bin/bash`. */
  readonly path: InnerPath;
  /** The same file on the host, without links. */
  readonly host: HostPath;
  /** Where it was learnt: one phrase, `SHELL in env-vars`. */
  readonly from: string;
}

const WANTED = "find the build's shell";

/**
 * The shell, as a file in the store that can be executed. The ladder: SHELL of the environment; CONFIG_SHELL, which Guix sets;
 * where the environment was re-constructed, or has neither, what the derivation tells (`shellsOfDerivation`).
 * @returns a Failure where the first rung that says something names a file that is not there or not in the store (S4: no
 * other shell is taken then), or where no rung says anything
 */
export function shellOf(env: EnvVars, derivation: Derivation | null, layout: StoreLayout): Result<BuildShell> {
  for (const name of ['SHELL', 'CONFIG_SHELL']) {
    const value = envValue(env, name);
    if (value !== undefined) return usable(value, `${name} in ${sourceName(env)}`, layout);
  }
  const missing = fail(WANTED, {
    because: `${sourceName(env)} sets no SHELL${derivation === null ? '' : ', and the derivation names no bash'}`,
    hint: derivation === null ? 'name the derivation with --derivation DRV: its builder may be a shell' : null,
  });
  if (derivation === null) return missing;
  let first: Result<BuildShell> | null = null;
  for (const { path, from } of shellsOfDerivation(derivation, layout)) {
    const shell = usable(path, from, layout);
    if (shell.ok) return shell;
    first ??= shell;
  }
  return first ?? missing;
}

/**
 * Whether this build never had a shell: its environment is what Nix gave the builder, and neither that nor the derivation names one. One
 * that is named and cannot be used is another thing.
 */
export function hasNoShell(env: EnvVars, derivation: Derivation, layout: StoreLayout): boolean {
  if (env.source.kind !== 're-constructed') return false;
  if (['SHELL', 'CONFIG_SHELL'].some(name => envValue(env, name) !== undefined)) return false;
  return shellsOfDerivation(derivation, layout).next().done === true;
}

function sourceName(env: EnvVars): string {
  if (env.source.kind === 'file') return env.source.path.slice(env.source.path.lastIndexOf('/') + 1);
  return env.source.kind === 'none' ? 'the environment' : 'the derivation';
}

function usable(path: string, from: string, layout: StoreLayout): Result<BuildShell> {
  const wanted = `use the build's shell ${path === '' ? '(an empty path)' : path}`;
  const inStore = storePathIn(path, layout);
  if (inStore === null) return fail(wanted, { because: `${from} is not in ${layout.store}`, hint: otherHint(from) });
  const found = resolveInRoot(layout.root, path);
  if (!found.ok) {
    const { call, errno } = found.failure;
    return fail(wanted, { call, errno, because: from, hint: errno === 'ENOENT' ? fetchHint(inStore, layout) : null });
  }
  const { inside, host, stats } = found.value;
  if (storePathIn(inside, layout) === null)
    return fail(wanted, {
      because: `${from} is a link to ${inside}, which is not in ${layout.store}`,
      hint: otherHint(from),
    });
  if (!stats.isFile() || !mayAccess(host, constants.X_OK))
    return fail(wanted, { because: `${from} is no program that you may execute`, hint: otherHint(from) });
  return ok({ path: innerPath(path), host, from });
}

/** What can be done where the shell that is named is none: S4 takes no other one by itself. */
function otherHint(from: string): string {
  return / in \S+$/.test(from)
    ? 'copy the kept directory (cp -r), correct that line in the copy, and give the copy'
    : '--derivation DRV names another derivation';
}

/** The store path that `path` lies in, if it is plainly written and of this store. */
function storePathIn(path: string, layout: StoreLayout): string | null {
  if (!path.startsWith(`${layout.store}/`) || path.includes('\0') || /\/\.{0,2}(?:\/|$)/.test(path)) return null;
  return storePath(path);
}

function fetchHint(path: string, layout: StoreLayout): string {
  if (lookAt(hostPath(layout.root + layout.store)).errno === 'ENOENT')
    return `there is no ${layout.store} here; --store ROOT names the directory that has it`;
  const store = layout.root === '' ? '' : `--store ${shellWord(layout.root)} `;
  return layout.store === '/gnu/store'
    ? `it was removed from the store: guix build ${shellWord(path)} brings it back`
    : `it was removed from the store: nix-store ${store}-r ${shellWord(path)} brings it back`;
}
