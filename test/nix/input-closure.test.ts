/** What a derivation's inputs come to: also where it is its own input, in a circle or at the end of a long chain, and where inputs are gone. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { failureLine } from '../../src/base/failure.ts';
import { type InputClosure, inputClosure, repair } from '../../src/nix/input-closure.ts';
import { readDerivation } from '../../src/nix/read-derivation.ts';
import { type StoreLayout, storeLayout } from '../../src/nix/store-layout.ts';
import { type MadePath, madePath, makeClosedDatabase } from '../support/made-database.ts';
import { scratchDirectory } from '../support/scratch.ts';

const BASH = madePath(1, 'bash');
const OWN = madePath(2, 'own.drv');

function drv(output: string, inputs: readonly string[], outputName = 'out'): string {
  const named = inputs.map(path => `("${path}",["${outputName}"])`).join(',');
  return `Derive([("out","${output}","","")],[${named}],["${BASH}"],"x86_64-linux","/bin/sh",[],[])`;
}

/** A store with these derivations as files, and with these paths in its database. */
function storeOf(files: Readonly<Record<string, string>>, paths: readonly MadePath[] = [{ path: BASH }]): StoreLayout {
  const root = scratchDirectory('closure');
  mkdirSync(`${root}/nix/store`, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(`${root}${path}`, text);
  makeClosedDatabase(`${root}/nix/var/nix`, paths);
  return storeLayout(root, 'nix');
}

async function closureIn(layout: StoreLayout): Promise<InputClosure> {
  const derivation = readDerivation(layout, OWN);
  assert.ok(derivation.ok, derivation.ok ? '' : failureLine(derivation.failure));
  const closure = await inputClosure(layout, derivation.value);
  assert.ok(closure.ok, closure.ok ? '' : failureLine(closure.failure));
  return closure.value;
}

test('a derivation that is its own input has its other inputs', async () => {
  const { paths, missing } = await closureIn(storeOf({ [OWN]: drv(madePath(3, 'own'), [OWN]) }));
  assert.deepEqual([paths, missing], [[BASH], []]);
});

test('derivations in a circle are inputs by what they made', async () => {
  const [other, made] = [madePath(4, 'other.drv'), madePath(5, 'other')];
  const files = { [OWN]: drv(madePath(3, 'own'), [other]), [other]: drv(made, [OWN]) };
  const there = await closureIn(storeOf(files, [{ path: BASH }, { path: made, references: [BASH, made] }]));
  assert.deepEqual([[...there.paths].sort(), there.missing], [[BASH, made], []]);
  const layout = storeOf(files);
  const { missing } = await closureIn(layout);
  assert.deepEqual(missing, [{ path: made, hint: `nix-store --store ${layout.root} -r ${other}` }]);
});

test('a chain of 1,000 derivations, and references 3,000 deep in a circle, are gone through without a word', async () => {
  const numbers = Array.from({ length: 3000 }, (_, number) => number);
  const made = (number: number): string => madePath(20_000 + number, 'made');
  const files = Object.fromEntries(
    numbers
      .slice(0, 1000)
      .map(number => [
        madePath(10_000 + number, 'chain.drv'),
        drv(made(number), [madePath(10_001 + number, 'chain.drv')]),
      ]),
  );
  const chain = numbers.map((number): MadePath => ({ path: made(number), references: [made(number + 1)] }));
  const last: MadePath = { path: made(numbers.length), references: [made(0)] };
  const layout = storeOf({ ...files, [OWN]: drv(madePath(3, 'own'), [madePath(10_000, 'chain.drv')]) }, [
    { path: BASH },
    ...chain,
    last,
  ]);
  const { paths, missing } = await closureIn(layout);
  assert.equal(paths.length, numbers.length + 2);
  assert.deepEqual(missing, []);
});

test('an input whose derivation is gone, or has no such output, is named with that', async () => {
  const [gone, other] = [madePath(6, 'gone.drv'), madePath(7, 'other.drv')];
  const layout = storeOf({ [OWN]: drv(madePath(3, 'own'), [gone, other], 'dev'), [other]: drv(madePath(8, 'x'), []) });
  const { missing } = await closureIn(layout);
  assert.deepEqual(
    missing.map(({ path }) => path),
    [`${gone}!dev`, `${other}!dev`],
  );
});

test('what repairs a path is a command of that store', () => {
  assert.equal(repair(storeLayout(null, 'nix'), BASH), `nix-store --repair-path ${BASH}`);
  assert.equal(repair(storeLayout('/a b', 'nix'), BASH), `nix-store --store '/a b' --repair-path ${BASH}`);
  assert.equal(repair(storeLayout(null, 'guix'), '/gnu/store/x'), 'guix gc --verify=contents,repair');
});
