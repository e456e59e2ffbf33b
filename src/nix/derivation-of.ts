/** Which derivation a build had: the one the person named, or the one that is found; always with how (nix-sandbox.md, section 1.4). */
import { type Failure, fail, ok, type Result } from '../base/failure.ts';
import type { StoredDerivation } from './ask-store.ts';
import type { Derivation } from './derivation.ts';
import type { EnvVars } from './env-vars.ts';
import { type Examined, examine } from './examine.ts';
import { endedWith, type Gathered, TRACES } from './gather-derivations.ts';
import type { KeptBuild } from './kept-build.ts';
import { type OutputClue, outputClues } from './output-clues.ts';
import { readDerivation } from './read-derivation.ts';
import type { StoreLayout } from './store-layout.ts';

export interface Candidate {
  /** `/nix/store/<hash>-x.drv` */
  readonly path: string;
  /** What is known of it: one phrase. */
  readonly why: string;
}

export interface Sought {
  readonly derivation: Derivation | null;
  /** How it was found, or why it was not: one sentence; null where it was not looked for. */
  readonly foundBy: string | null;
  /** Several that fit: it was left open. */
  readonly candidates: readonly Candidate[];
}

/**
 * @param env the build's environment where it could be read: it names the outputs
 * @param given `--derivation DRV`, or null to look for it
 * @returns a Failure only where `given` cannot be used; what is not found has no derivation, and says why
 */
export async function derivationOf(
  build: KeptBuild,
  env: EnvVars | null,
  layout: StoreLayout,
  given: string | null,
): Promise<Result<Sought>> {
  if (given !== null) return named(layout, given);
  const clues = outputClues(build, env, layout);
  const refused = new Set<string>();
  for (const gather of TRACES) {
    const found = await gather(build, clues, layout);
    if (found?.trouble !== undefined) refused.add(found.trouble);
    if (found === null || found.stored.length === 0) continue;
    const sought = await decide(build, clues, layout, found, refused);
    if (sought !== null) return ok(sought);
  }
  return ok(nothing(whyNothing(build, layout, [...refused])));
}

function named(layout: StoreLayout, given: string): Result<Sought> {
  const path = given.replace(/\/+$/, '');
  const wanted = `use ${given} as the derivation`;
  const hint = `--derivation takes a path such as ${layout.store}/…-NAME.drv: 'nix-build-shell show DIR' names those that fit`;
  if (!path.endsWith('.drv')) return fail(wanted, { because: 'its name does not end in .drv', hint });
  if (!path.startsWith('/')) return fail(wanted, { because: 'it is not an absolute path', hint });
  const derivation = readDerivation(layout, inStore(layout, path));
  if (derivation.ok) return ok({ derivation: derivation.value, foundBy: 'you named it', candidates: [] });
  const { call, errno, because } = derivation.failure;
  return fail(wanted, { call, errno, because, hint });
}

/** With `--store ROOT`, the path on the host is as good as the one in the store. */
function inStore({ root, store }: StoreLayout, path: string): string {
  return path.startsWith(`${root}${store}/`) ? path.slice(root.length) : path;
}

function nothing(foundBy: string): Sought {
  return { derivation: null, foundBy, candidates: [] };
}

/** `source.drv` may be there a thousand times. */
const MOST = 200;

/** @returns null where all that was gathered cannot be it, and looking on is worth it */
async function decide(
  build: KeptBuild,
  clues: readonly OutputClue[],
  layout: StoreLayout,
  { stored, what, from }: Gathered,
  refused: Set<string>,
): Promise<Sought | null> {
  const unreadable: Failure[] = [];
  const all: (Examined & { readonly stored: StoredDerivation })[] = [];
  for (const one of stored.slice(0, MOST)) {
    const read = readDerivation(layout, one.path);
    if (read.ok) all.push({ ...examine(build, read.value, clues, layout), stored: one });
    else unreadable.push(read.failure);
  }
  for (const { derivation, against } of all)
    if (against[0] !== undefined) refused.add(`${derivation.path} does not fit: ${against[0]}`);
  const fitting = all.filter(({ against }) => against.length === 0);
  if (fitting.length === 0)
    return stored[0] === undefined || unreadable[0] === undefined || all.length > 0
      ? null
      : gone(stored[0].path, what, unreadable[0]);
  const [only] = fitting;
  const asked = from === '' ? '' : ` (${from})`;
  if (only !== undefined && fitting.length === 1) {
    const others = all.length + unreadable.length > 1 ? 'the only fitting derivation' : 'the only derivation';
    const proof = only.proofs.find(({ path }) => path === null || !what.includes(path));
    const why = proof === undefined ? '' : `, and ${proof.say}`;
    return chosen(only, `it is ${others} ${what}${asked}${why}${late(build, only.stored)}`);
  }
  const proven = fitting.filter(({ proofs }) => proofs.length > 0);
  const [best] = proven;
  const among = `of ${fitting.length} derivations ${what}${asked}`;
  if (best !== undefined && proven.length === 1)
    return chosen(best, `${among}, it is the one of which this is true: ${best.proofs[0]?.say}`);
  const ended = await endedWith(build, layout);
  const timed = (proven.length > 0 ? proven : fitting).filter(({ stored: { path } }) => ended.has(path));
  const [inTime] = timed;
  if (inTime !== undefined && timed.length === 1)
    return chosen(inTime, `${among}, it is the one whose log ended when the directory was kept`);
  const open = proven.length > 0 ? proven : fitting;
  const candidates = open.map(one => ({ path: one.derivation.path, why: describe(one, ended) }));
  return { derivation: null, foundBy: `${open.length} derivations ${what} fit${asked}`, candidates };
}

function chosen({ derivation }: Examined, foundBy: string): Sought {
  return { derivation, foundBy, candidates: [] };
}

/** What could be it cannot be read: that is the answer. */
function gone(path: string, what: string, { call, errno, because }: Failure): Sought {
  const why =
    errno === 'ENOENT' ? 'it is not in the store any more (collected as garbage?)' : (because ?? `${call} = ${errno}`);
  return nothing(`${path}, the derivation ${what}, cannot be read: ${why}`);
}

/** A derivation that came later than the directory is of a changed recipe, or was collected and made again. */
function late(build: KeptBuild, { registeredAt }: StoredDerivation): string {
  const seconds = registeredAt === null ? 0 : Math.round(registeredAt - build.keptAtMs / 1000);
  return seconds > 2
    ? `, but it came into the store ${seconds} s after the directory was kept: the recipe may have changed`
    : '';
}

function describe(one: Examined & { readonly stored: StoredDerivation }, ended: ReadonlySet<string>): string {
  const { registeredAt, path } = one.stored;
  const facts = [
    registeredAt === null ? null : `in the store since ${new Date(registeredAt * 1000).toISOString().slice(0, 19)}Z`,
    ended.has(path) ? 'its log ended when the directory was kept' : null,
    ...one.proofs.map(({ say }) => say),
  ].filter(fact => fact !== null);
  return facts.length === 0 ? 'nothing in the directory tells it from the others' : facts.join('; ');
}

function whyNothing(build: KeptBuild, layout: StoreLayout, refused: readonly string[]): string {
  if (refused[0] !== undefined) return refused.slice(0, 3).join(', ');
  const name =
    build.name === null ? 'its path has no name' : `no derivation in ${layout.store} is called ${build.name.value}`;
  return `${name}, no file of it that can be read names an output, and no log in ${layout.logs} ended when it was kept`;
}
