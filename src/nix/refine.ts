/** Adds to a kept build what its files tell, once they were read. Pure but for {@link withAttrs}. */

import { type Derivation, jsonObject } from './derivation.ts';
import { splitDrvName } from './drv-name.ts';
import { type EnvVars, envValue } from './env-vars.ts';
import type { KeptBuild, NameSource } from './kept-build.ts';
import { baseName, child, parentOf, shapeOf } from './layout.ts';
import { readRegularFile } from './read-regular.ts';

/** The build with its name, where it had none, and with `buildTop` and `sandboxed`, as its environment tells. */
export function withEnvironment(build: KeptBuild, env: EnvVars): KeptBuild {
  const isFile = env.source.kind === 'file';
  const known = named(build, envValue(env, 'name'), isFile ? 'env-vars' : 'derivation');
  const top = isFile ? envValue(env, 'NIX_BUILD_TOP') : undefined;
  if (top !== undefined) return { ...known, buildTop: top, sandboxed: sandboxed(build, top) };
  const told = sandboxByLayout(build);
  return { ...known, buildTop: told === false ? build.outer : null, sandboxed: told };
}

/**
 * Whether the build had a sandbox, as far as its layout tells: Nix makes `build` for those that have one only, and names directories by its
 * process since 2.30, when it had long done so (nix-sandbox.md, section 1.1). Without an environment file to be seen, a flat directory may be
 * a copy of what was in `build`.
 */
export function sandboxByLayout({ system, layout, outer, envFile, access }: KeptBuild): boolean | null {
  if (system !== 'nix' || access !== 'readable') return null;
  if (layout === 'build') return true;
  return envFile !== null && (shapeOf(outer)?.pid ?? null) !== null ? false : null;
}

/** The build with the derivation's name, where it had none. */
export function withDerivation(build: KeptBuild, derivation: Derivation): KeptBuild {
  return named(build, derivation.name, 'derivation');
}

function named(build: KeptBuild, name: string | undefined, source: NameSource): KeptBuild {
  if (build.name !== null || name === undefined || name === '') return build;
  return { ...build, name: { value: name, source }, packageVersion: splitDrvName(name).version };
}

/**
 * Whether a build with this NIX_BUILD_TOP was sandboxed: `/build` is Nix' name inside, a path of the host's is none.
 * Null where both look alike: Guix builds at the same path inside and outside, `sandbox-build-dir` can be anything.
 */
function sandboxed(build: KeptBuild, top: string): boolean | null {
  if (!top.startsWith('/') || build.system === 'guix') return null;
  if (top === build.outer || top === build.content) return false;
  if (top === '/build') return true;
  const outer = ['build', 'b'].includes(baseName(top)) ? parentOf(top) : top;
  return shapeOf(outer) === null && shapeOf(top) === null ? null : false;
}

/** Real ones have some kilobytes; a package set's worth of attributes stays below one megabyte. */
const MAX_ATTRS = 16 * 1024 * 1024;

/** What `.attrs.json` of a build with structured attributes says; empty where it cannot be read or understood. */
export function readAttrs(build: KeptBuild): Readonly<Record<string, unknown>> {
  if (!build.structuredAttrs) return {};
  const bytes = readRegularFile(child(build.content, '.attrs.json'), { maxBytes: MAX_ATTRS });
  return bytes.ok ? jsonObject(bytes.value.toString('utf8')) : {};
}

/** The build with the name that its `.attrs.json` gives. */
export function withAttrs(build: KeptBuild): KeptBuild {
  const { name } = readAttrs(build);
  return named(build, typeof name === 'string' ? name : undefined, 'attrs');
}
