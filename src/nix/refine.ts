/** Adds to a kept build what its files tell, once they were read. Pure but for {@link withAttrs}. */

import { type Derivation, jsonObject } from './derivation.ts';
import { splitDrvName } from './drv-name.ts';
import { type EnvVars, envValue } from './env-vars.ts';
import type { KeptBuild, NameSource } from './kept-build.ts';
import { baseName, child, parentOf, shapeOf } from './layout.ts';
import { readRegularFile } from './read-regular.ts';

/** The build with its name, where it had none, and with `buildTop` and `sandboxed`, as its environment tells. */
export function withEnvironment(build: KeptBuild, env: EnvVars): KeptBuild {
  const source = env.source.kind === 'file' ? 'env-vars' : 'derivation';
  const buildTop = env.source.kind === 'file' ? (envValue(env, 'NIX_BUILD_TOP') ?? null) : null;
  return { ...named(build, envValue(env, 'name'), source), buildTop, sandboxed: sandboxed(build, buildTop) };
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
function sandboxed(build: KeptBuild, top: string | null): boolean | null {
  if (top === null || !top.startsWith('/') || build.system === 'guix') return null;
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
