/** The store paths that a build saw of its inputs: the closure of its sources and of the outputs that it named (`prepareSandbox`). */
import { ok, type Result } from '../base/failure.ts';
import { shellWord } from '../base/printable.ts';
import { closureOf } from './ask-store.ts';
import type { Derivation } from './derivation.ts';
import { readDerivation } from './read-derivation.ts';
import type { StoreLayout } from './store-layout.ts';

/** An input that cannot be had, and the command that gets it back; null where none is known. */
export interface LostInput {
  readonly path: string;
  readonly hint: string | null;
}

export interface InputClosure {
  /** Whole store paths, each once. */
  readonly paths: readonly string[];
  readonly missing: readonly LostInput[];
}

/** The closure as the store knows it. What a build needs and the store does not have is named, not a Failure. */
export async function inputClosure(layout: StoreLayout, derivation: Derivation): Promise<Result<InputClosure>> {
  const inputs = namedInputs(layout, derivation);
  const known = [...inputs.origins.keys()];
  const closure = await closureOf(layout, known);
  if (!closure.ok) return closure;
  const { paths, missing } = closure.value.value;
  const lost = missing.map(path => ({ path, hint: getBack(layout, inputs.origins.get(path) ?? path) }));
  return ok({ paths, missing: [...inputs.unknown, ...lost] });
}

interface NamedInputs {
  /** Each input's path → what to realise to get it: its derivation, or itself where it is a source. */
  readonly origins: ReadonlyMap<string, string>;
  readonly unknown: readonly LostInput[];
}

function namedInputs(layout: StoreLayout, derivation: Derivation): NamedInputs {
  const origins = new Map(derivation.inputSources.map(path => [path, path]));
  const unknown: LostInput[] = [];
  for (const input of derivation.inputDerivations) {
    // A derivation that names itself would be its own input; what it made is what the build is to make.
    if (input.path === derivation.path) continue;
    const read = readDerivation(layout, input.path);
    for (const name of input.outputs) {
      const path = read.ok ? read.value.outputs.find(output => output.name === name)?.path : undefined;
      if (path !== undefined && path !== '') origins.set(path, input.path);
      else unknown.push({ path: `${input.path}!${name}`, hint: getBack(layout, input.path) });
    }
  }
  return { origins, unknown };
}

/** The command that makes or fetches a path; Guix builds by name. */
function getBack(layout: StoreLayout, path: string): string {
  if (layout.store === '/gnu/store') return `guix build ${shellWord(path)}`;
  const store = layout.root === '' ? '' : `--store ${shellWord(layout.root)} `;
  return `nix-store ${store}-r ${shellWord(path)}`;
}

/** The command that brings back a path that the store believes to have; on a machine of several users, root's to give. */
export function repair(layout: StoreLayout, path: string): string {
  if (layout.store === '/gnu/store') return 'guix gc --verify=contents,repair';
  const store = layout.root === '' ? '' : `--store ${shellWord(layout.root)} `;
  return `nix-store ${store}--repair-path ${shellWord(path)}`;
}
