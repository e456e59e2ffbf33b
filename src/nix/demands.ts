/** What a build asks of its sandbox: by its derivation, else by what it left of that in its environment or in `.attrs.json`. */
import { attribute, type Derivation } from './derivation.ts';
import { type EnvVars, envValue } from './env-vars.ts';
import type { KeptBuild } from './kept-build.ts';
import { readAttrs } from './refine.ts';

export interface Demands {
  /** `x86_64-linux`: the platform that it is built on; null where nothing tells it. */
  readonly platform: string | null;
  /** `requiredSystemFeatures`: `kvm`, `uid-range`, `recursive-nix`… */
  readonly features: readonly string[];
  /** Whether Nix gives it the machine's network, as its output is known by its hash. */
  readonly fixedOutput: boolean;
}

/** With structured attributes, nothing of them is in the environment. */
export function demandsOf(build: KeptBuild, env: EnvVars, derivation: Derivation | null): Demands {
  const attrs = derivation === null ? readAttrs(build) : {};
  const value = (name: string): string => {
    if (derivation !== null) return attribute(derivation, name) ?? '';
    return envValue(env, name) ?? text(attrs[name]);
  };
  const platform = derivation === null ? value('system') : derivation.system;
  return {
    platform: platform === '' ? null : platform,
    features: value('requiredSystemFeatures')
      .split(/\s+/)
      .filter(word => word !== ''),
    fixedOutput: derivation?.fixedOutput ?? value('outputHash') !== '',
  };
}

/** A text, or a list of texts as words. */
function text(value: unknown): string {
  if (Array.isArray(value)) return value.filter(word => typeof word === 'string').join(' ');
  return typeof value === 'string' ? value : '';
}
