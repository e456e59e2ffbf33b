/** What a build saw of the store, as far as the store and what is remembered of it can tell. */
import { demandsOf } from '../nix/demands.ts';
import type { Derivation } from '../nix/derivation.ts';
import { derivationOf } from '../nix/derivation-of.ts';
import { envValue } from '../nix/env-vars.ts';
import { inputClosure, type LostInput, repair } from '../nix/input-closure.ts';
import { type StoreEntry, storeBaseName, storeEntries } from '../nix/store-entries.ts';
import type { StoreLayout } from '../nix/store-layout.ts';
import { recall, remember } from '../session/closure-cache.ts';
import type { Prepared } from './prepare.ts';

/** What is known of the build's part of the store. */
export interface KnownInputs {
  readonly derivation: string;
  readonly inputs: readonly StoreEntry[];
  readonly missing: readonly LostInput[];
  readonly outputs: readonly string[];
}

/** Asked of what is remembered first. A string says why it cannot be known. */
export async function knownInputs(layout: StoreLayout, prepared: Prepared): Promise<KnownInputs | string> {
  const key = keyOf(layout, prepared);
  const remembered = key === null ? null : recallKnown(layout, key);
  if (remembered !== null) return remembered;
  const { derivation, why } = await findDerivation(layout, prepared);
  if (derivation === null) return `the derivation of this build is not known: ${why}`;
  const closure = await inputClosure(layout, derivation);
  if (!closure.ok) return `the inputs of ${derivation.path} are not known: ${closure.failure.because ?? 'no answer'}`;
  const inputs = entriesOf(layout, closure.value.paths);
  const outputs = derivation.outputs.flatMap(({ path }) => storeBaseName(layout, path) ?? []);
  const missing = [...closure.value.missing, ...removed(layout, closure.value.paths, inputs)];
  // What is missing may be there again the next time.
  if (key !== null && missing.length === 0)
    remember(process.env, key, {
      version: 2,
      root: layout.root,
      derivation: derivation.path,
      entries: inputs,
      outputs,
    });
  return { derivation: derivation.path, inputs, missing, outputs };
}

/** Those that the store knows, and that are not there: removed by hand, or lost with a disk. */
function removed(layout: StoreLayout, paths: readonly string[], there: readonly StoreEntry[]): readonly LostInput[] {
  if (paths.length === there.length) return [];
  const names = new Set(there.map(({ name }) => name));
  return paths
    .filter(path => !names.has(path.slice(layout.store.length + 1)))
    .map(path => ({ path, hint: repair(layout, path) }));
}

/** The derivation, else `$out`, which only one derivation makes, but for outputs that are known by their content. */
function keyOf(layout: StoreLayout, { build, derivation, env }: Prepared): string | null {
  if (derivation !== null) return storeBaseName(layout, derivation.path);
  const fixed = demandsOf(build, env, derivation).fixedOutput;
  return fixed ? null : storeBaseName(layout, envValue(env, 'out') ?? '');
}

function recallKnown(layout: StoreLayout, key: string): KnownInputs | null {
  const found = recall(process.env, layout.root, key);
  if (found === null || found.derivation === null) return null;
  return { derivation: found.derivation, inputs: found.entries, missing: [], outputs: found.outputs };
}

/** The store paths that are there, as they are on the disk. */
export function entriesOf(layout: StoreLayout, paths: readonly string[]): readonly StoreEntry[] {
  return storeEntries(
    layout,
    paths.flatMap(path => storeBaseName(layout, path) ?? []),
  );
}

/** The one that is proven (docs/decisions/0014-the-derivation-is-proven-or-left-open.md), or why there is none. */
async function findDerivation(
  layout: StoreLayout,
  { build, env, derivation, derivationFoundBy }: Prepared,
): Promise<{ readonly derivation: Derivation | null; readonly why: string }> {
  if (derivation !== null) return { derivation, why: derivationFoundBy ?? '' };
  const sought = await derivationOf(build, env, layout, null);
  if (!sought.ok) return { derivation: null, why: sought.failure.because ?? sought.failure.wanted };
  const { candidates, foundBy } = sought.value;
  const hint = candidates.length > 0 ? '; --derivation DRV says which one' : '';
  return { derivation: sought.value.derivation, why: `${foundBy}${hint}` };
}
