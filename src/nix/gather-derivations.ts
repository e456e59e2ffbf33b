/** Derivations that could be that of a kept directory, by one of its traces each (nix-sandbox.md, section 1.4). */
import { failureLine } from '../base/failure.ts';
import { derivationsNamed, type StoredDerivation, validDerivers } from './ask-store.ts';
import { findBuildLog } from './build-log.ts';
import { nameInStore } from './drv-name.ts';
import type { LogCandidate } from './find-log.ts';
import type { KeptBuild } from './kept-build.ts';
import type { OutputClue } from './output-clues.ts';
import { readDerivation } from './read-derivation.ts';
import type { StoreLayout } from './store-layout.ts';

/** Derivations that could be it, and what to say of the only one. */
export interface Gathered {
  readonly stored: readonly StoredDerivation[];
  /** Goes on behind `it is the only derivation`. */
  readonly what: string;
  readonly from: string;
  /** Why nobody could be asked, where that is so: one clause. */
  readonly trouble?: string;
}

/** @returns null where the trace leads nowhere */
type Gather = (build: KeptBuild, clues: readonly OutputClue[], layout: StoreLayout) => Promise<Gathered | null>;

const byOutput: Gather = async (_build, clues, layout) => {
  const stored: StoredDerivation[] = [];
  for (const { path } of clues) {
    const answer = await validDerivers(layout, path);
    const more = answer.ok ? answer.value.value : namedAs(layout, path);
    for (const one of more) if (!stored.some(known => known.path === one.path)) stored.push(one);
  }
  const [first] = clues;
  if (stored.length === 0 || first === undefined) return null;
  return { stored, what: `with the output ${first.path}, which is ${first.from}`, from: '' };
};

/** Where nobody can be asked for outputs: the derivations of that name, and what they say themselves. */
function namedAs(layout: StoreLayout, output: string): readonly StoredDerivation[] {
  const whole = nameInStore(output) ?? '';
  // `hello-2.12-dev` is the output dev of `hello-2.12`, or the output out of itself.
  const names = [whole, whole.slice(0, Math.max(0, whole.lastIndexOf('-')))].filter(name => name !== '');
  return names.flatMap(name => {
    const answer = derivationsNamed(layout, name);
    return answer.ok ? answer.value.value.filter(({ path }) => makes(layout, path, output)) : [];
  });
}

function makes(layout: StoreLayout, path: string, output: string): boolean {
  const read = readDerivation(layout, path);
  return read.ok && read.value.outputs.some(made => made.path === output);
}

const byName: Gather = async (build, _clues, layout) => {
  if (build.name === null) return null;
  const answer = derivationsNamed(layout, build.name.value);
  if (!answer.ok) return { stored: [], what: '', from: '', trouble: failureLine(answer.failure) };
  if (answer.value.value.length === 0) return null;
  return { stored: answer.value.value, what: `called ${build.name.value} in the store`, from: answer.value.from };
};

const byLog: Gather = async (build, _clues, layout) => {
  const stored = [...(await endedWith(build, layout))].map(path => ({ path, registeredAt: null }));
  return stored.length === 0 ? null : { stored, what: 'whose log ended when the directory was kept', from: '' };
};

/** The traces, the surest first. */
export const TRACES: readonly Gather[] = [byOutput, byName, byLog];

/** A log that ended so near to the directory's time is of its build, unless another one is as near. A loaded machine is slow. */
const SAME_MOMENT_MS = 2000;
/** Measured: 0 ms with Nix 2.34, up to 8 ms (two ticks of the clock) with 2.8. Builds that failed together are farther apart. */
const SAME_TICK_MS = 10;
const ANOTHER_MS = 100;

/** The derivations whose log ended when the directory was kept: one, where the times tell. */
export async function endedWith(build: KeptBuild, layout: StoreLayout): Promise<ReadonlySet<string>> {
  const { log, candidates } = await findBuildLog(build, layout);
  const logs = (log === null ? candidates : [log]).filter(one => away(one) <= SAME_MOMENT_MS);
  const [first, second] = [...logs].sort((a, b) => away(a) - away(b));
  const alone =
    first !== undefined && away(first) <= SAME_TICK_MS && second !== undefined && away(second) >= ANOTHER_MS;
  return new Set((alone ? [first] : logs).map(({ drv }) => `${layout.store}/${drv}`));
}

function away({ distanceMs }: LogCandidate): number {
  return Math.abs(distanceMs);
}
