/** Which bash a build runs with, where only its derivation is known. */
import { attribute, type Derivation } from './derivation.ts';
import { nameInStore } from './drv-name.ts';
import { baseName } from './layout.ts';
import { readDerivation } from './read-derivation.ts';
import { readRegularFile } from './read-regular.ts';
import { resolveInRoot } from './resolve-in-root.ts';
import type { StoreLayout } from './store-layout.ts';

export interface ShellCandidate {
  readonly path: string;
  /** Where it was learnt: one phrase. */
  readonly from: string;
}

/**
 * The shells that the derivation names, best first; each is looked for only when it is asked for:
 * 1. its builder, if that is a bash (by its name or by what a link leads to): what stdenv uses;
 * 2. SHELL as `$stdenv/setup` exports it: a builder of another kind that sources stdenv later;
 * 3. a bash among its inputs;
 * 4. its builder, if that is another `sh`.
 */
export function* shellsOfDerivation(derivation: Derivation, layout: StoreLayout): Generator<ShellCandidate> {
  const { builder } = derivation;
  const isBash = builderIsBash(builder, layout);
  if (isBash) yield { path: builder, from: "the derivation's builder" };
  const ofStdenv = shellOfStdenv(derivation, layout);
  if (ofStdenv !== null) yield { path: ofStdenv, from: "SHELL of the derivation's stdenv" };
  yield* bashInputs(derivation, layout);
  if (!isBash && /^(?:sh|dash|ash)$/.test(baseName(builder))) yield { path: builder, from: "the derivation's builder" };
}

function builderIsBash(builder: string, layout: StoreLayout): boolean {
  if (isBashFile(builder)) return true;
  const real = builder.startsWith('/') ? resolveInRoot(layout.root, builder) : null;
  return real?.ok === true && isBashFile(real.value.inside);
}

/** `…/bin/bash`, or a program that is a store path itself: `/nix/store/<hash>-bash`. */
function isBashFile(path: string): boolean {
  return baseName(path) === 'bash' || /^bash(?:-static)?$/.test(nameInStore(path) ?? '');
}

/** The generated head of `setup` has one such line; 4 MiB are forty times the whole file. */
function shellOfStdenv(derivation: Derivation, layout: StoreLayout): string | null {
  const stdenv = attribute(derivation, 'stdenv');
  if (stdenv === null || !stdenv.startsWith(`${layout.store}/`)) return null;
  const setup = resolveInRoot(layout.root, `${stdenv}/setup`);
  if (!setup.ok) return null;
  const text = readRegularFile(setup.value.host, { maxBytes: 4 * 1024 * 1024 });
  if (!text.ok) return null;
  return /^(?:export |declare -x )?SHELL=(["']?)(\/[^\s"'$`\\]+)\1$/m.exec(text.value.toString('latin1'))?.[2] ?? null;
}

function* bashInputs(derivation: Derivation, layout: StoreLayout): Generator<ShellCandidate> {
  const isBash = /^bash(?:-interactive)?-\d[\w.+]*$/;
  for (const source of derivation.inputSources)
    if (isBash.test(nameInStore(source) ?? '')) yield { path: `${source}/bin/bash`, from: 'a bash among its inputs' };
  for (const { path } of derivation.inputDerivations) {
    const name = nameInStore(path) ?? '';
    if (!name.endsWith('.drv') || name.endsWith('.tar.gz.drv') || !isBash.test(name.slice(0, -4))) continue;
    const input = readDerivation(layout, path);
    const out = input.ok ? input.value.outputs.find(output => output.name === 'out')?.path : undefined;
    if (out !== undefined && out !== '') yield { path: `${out}/bin/bash`, from: 'a bash among its inputs' };
  }
}
