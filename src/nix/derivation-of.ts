/** Which derivation a build had, for the environment: the one the person named, or the one that is found. */
import { fail, ok, type Result } from '../base/failure.ts';
import type { Derivation } from './derivation.ts';
import type { EnvVars } from './env-vars.ts';
import type { KeptBuild } from './kept-build.ts';
import { readDerivation } from './read-derivation.ts';
import type { StoreLayout } from './store-layout.ts';

export interface Sought {
  readonly derivation: Derivation | null;
  /** How it was found, or why it was not: one sentence; null where it was not looked for. */
  readonly foundBy: string | null;
  /** Several that fit: it was left open. */
  readonly candidates: readonly { readonly path: string; readonly why: string }[];
}

/** @param given `--derivation DRV`, or null to look for it */
export async function derivationOf(
  _build: KeptBuild,
  _env: EnvVars | null,
  layout: StoreLayout,
  given: string | null,
): Promise<Result<Sought>> {
  if (given === null) return ok({ derivation: null, foundBy: 'it was not looked for', candidates: [] });
  const path = given.replace(/\/+$/, '');
  if (!path.endsWith('.drv'))
    return fail(`use ${given} as the derivation`, { because: 'its name does not end in .drv' });
  const derivation = readDerivation(layout, path);
  return derivation.ok ? ok({ derivation: derivation.value, foundBy: 'you named it', candidates: [] }) : derivation;
}
