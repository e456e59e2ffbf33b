/** Whether a derivation can be that of a kept directory: what speaks for it, and what against. */
import { toBytes } from '../base/path.ts';
import { passedFileName } from './base32.ts';
import { attribute, type Derivation } from './derivation.ts';
import type { KeptBuild } from './kept-build.ts';
import { child } from './layout.ts';
import { attrsOutputs, type OutputClue } from './output-clues.ts';
import { lookAt, readRegularFile } from './read-regular.ts';
import { names } from './signs.ts';
import type { StoreLayout } from './store-layout.ts';

/** What only one of several candidates can have. */
export interface Proof {
  /** A clause: `its output /nix/store/… is the prefix in config.log`. */
  readonly say: string;
  /** The store path in it. */
  readonly path: string | null;
}

export interface Findings {
  readonly proofs: readonly Proof[];
  /** With these it cannot be the one. */
  readonly against: readonly string[];
}

export interface Examined extends Findings {
  readonly derivation: Derivation;
}

/** Compares what the derivation says with what can be read in the directory, and with the time at which it was kept. */
export function examine(
  build: KeptBuild,
  derivation: Derivation,
  clues: readonly OutputClue[],
  layout: StoreLayout,
): Examined {
  const proofs: Proof[] = [];
  const against: string[] = [];
  if (build.name?.source === 'path' && build.name.value !== derivation.name)
    against.push(`it is called ${derivation.name}`);
  compareClues(derivation, clues, proofs, against);
  compareAttributes(build, derivation, proofs, against);
  comparePassedFiles(build, derivation, against);
  const partial = partialOutput(build, derivation, layout);
  if (partial !== null)
    proofs.push({ say: `its unfinished output ${partial} was left when the directory was kept`, path: partial });
  return { derivation, proofs, against };
}

function compareClues({ outputs }: Derivation, clues: readonly OutputClue[], proofs: Proof[], against: string[]): void {
  const own = new Set(outputs.map(({ path }) => path));
  const known = outputs.every(({ path }) => path !== '');
  const hit = clues.find(({ path }) => own.has(path));
  if (hit !== undefined) proofs.push({ say: `its output ${hit.path} is ${hit.from}`, path: hit.path });
  const miss = clues.find(({ path, certain }) => certain && !own.has(path));
  if (miss !== undefined && known) against.push(`${miss.path}, ${miss.from}, is none of its outputs`);
}

function compareAttributes(build: KeptBuild, derivation: Derivation, proofs: Proof[], against: string[]): void {
  if (build.access !== 'readable') return;
  if (derivation.json === null && build.structuredAttrs) against.push('it has no structured attributes');
  if (derivation.json !== null && !build.structuredAttrs) against.push('it has structured attributes');
  if (derivation.json === null || !build.structuredAttrs) return;
  const kept = attrsOutputs(build);
  const differs = derivation.outputs.some(({ name, path }) => path !== '' && kept.has(name) && kept.get(name) !== path);
  if (differs) against.push('.attrs.json names other outputs');
  else if (kept.size > 0 && derivation.outputs.some(({ path }) => path !== ''))
    proofs.push({ say: '.attrs.json names its outputs', path: null });
}

/** Attributes that Nix writes into files are there word for word, but for placeholders. The builder may have removed them. */
function comparePassedFiles(build: KeptBuild, derivation: Derivation, against: string[]): void {
  const passed = (derivation.json === null ? (attribute(derivation, 'passAsFile') ?? '') : '').split(/\s+/);
  const own = new Map(passed.filter(name => name !== '').map(name => [passedFileName(toBytes(name)), name]));
  const floating = derivation.outputs.some(({ path }) => path === '');
  for (const [file, name] of own) {
    const value = toBytes(attribute(derivation, name) ?? '');
    const content = readRegularFile(child(build.content, file), { maxBytes: value.length + 1 });
    if (floating || (!content.ok && content.failure.because === null)) continue;
    if (!content.ok || !content.value.equals(value)) against.push(`${file} is not its attribute ${name}`);
  }
  const foreign = (names(build.content) ?? []).find(name => /^\.attr-[0-9a-z]{52}$/.test(name) && !own.has(name));
  if (foreign !== undefined) against.push(`${foreign} is no attribute of it`);
}

/** Nix moves what the builder made of `$out` to its place in the store right before it gives the directory up (section 4.6). */
const SAME_MOMENT_MS = 2000;

function partialOutput(build: KeptBuild, { outputs, fixedOutput }: Derivation, layout: StoreLayout): string | null {
  // Several fixed-output derivations may have the same output.
  if (fixedOutput) return null;
  for (const { path } of outputs) {
    const { stats } = path === '' ? { stats: null } : lookAt(`${layout.root}${path}`);
    const near = stats !== null && Math.abs(stats.ctimeMs - build.keptAtMs) <= SAME_MOMENT_MS;
    if (near && stats.uid === build.owner.uid && stats.uid !== 0) return path;
  }
  return null;
}
