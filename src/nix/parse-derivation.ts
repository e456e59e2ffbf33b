/** Reads a `.drv` file: the ATerm text of Nix' `Derivation::unparse` (libstore/derivations.cc; nix-sandbox.md, section 7). */
import { type Aterm, aterm, expect, list, peek, stop, text } from './aterm.ts';
import type { Derivation, DerivationOutput, DerivationParse } from './derivation.ts';

type Input = Derivation['inputDerivations'][number];

const EXTENSION = '.drv';
const DYNAMIC = 'xp-dyn-drv';

/**
 * The derivation that the bytes describe. Total: what is no derivation gives null and the place where reading stopped;
 * problems beside a derivation are oddities that did not keep it from being read. Takes time linear in the size, and no stack.
 * `env` is as the file has it (so `__json` is in it too); of a name that is there twice, the last value counts, as in Nix.
 * @param path the file's, as the store names it: nothing is read there, and the derivation's name is in it
 */
export function parseDerivation(bytes: Uint8Array, path: string): DerivationParse {
  const from = aterm(bytes);
  header(from);
  const outputs = list(from, output);
  expect(from, ',');
  const inputDerivations = list(from, input);
  expect(from, ',');
  const inputSources = list(from, text);
  expect(from, ',');
  const system = text(from);
  expect(from, ',');
  const builder = text(from);
  expect(from, ',');
  const args = list(from, text);
  expect(from, ',');
  const env = lastOfEachName(from, list(from, variable));
  expect(from, ')');
  if (from.failed) return { derivation: null, problems: from.problems };
  if (from.at < bytes.length) from.problems.push({ offset: from.at, message: 'text after the end of the derivation' });
  const derivation: Derivation = {
    version: 1,
    path,
    name: derivationName(path),
    outputs,
    inputDerivations,
    inputSources,
    system,
    builder,
    args,
    env,
    fixedOutput: outputs.some(({ method, hash }) => method !== '' && hash !== ''),
    json: env.find(([name]) => name === '__json')?.[1] ?? null,
  };
  return { derivation, problems: from.problems };
}

/** The name within a derivation's path: `/nix/store/<hash>-hello-2.12.drv` → `hello-2.12`. */
export function derivationName(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const whole = base.endsWith(EXTENSION) ? base.slice(0, -EXTENSION.length) : base;
  return whole.replace(/^[0-9abcdfghijklmnpqrsvwxyz]{32}-/, '');
}

function header(from: Aterm): void {
  if (peek(from) !== 'D') return stop(from, "not a derivation: it does not begin with 'Derive('");
  if (from.bytes[1] !== 0x72) return expect(from, 'Derive(');
  expect(from, 'DrvWithVersion(');
  const version = text(from);
  if (!from.failed && version !== DYNAMIC) stop(from, `unknown version '${version.slice(0, 40)}' of the format`);
  expect(from, ',');
}

function output(from: Aterm): DerivationOutput {
  expect(from, '(');
  const name = text(from);
  expect(from, ',');
  const path = text(from);
  expect(from, ',');
  const method = text(from);
  expect(from, ',');
  const hash = text(from);
  expect(from, ')');
  return { name, path, method, hash };
}

function variable(from: Aterm): readonly [string, string] {
  expect(from, '(');
  const name = text(from);
  expect(from, ',');
  const value = text(from);
  expect(from, ')');
  return [name, value];
}

function input(from: Aterm): Input {
  expect(from, '(');
  const offset = from.at;
  const path = text(from);
  expect(from, ',');
  const dynamic = peek(from) === '(';
  const outputs = dynamic ? dynamicNode(from) : list(from, text);
  expect(from, ')');
  if (dynamic && !from.failed)
    from.problems.push({ offset, message: `outputs of a derivation that '${path}' builds are inputs too: not listed` });
  return { path, outputs };
}

/**
 * `([output,…],[(output,node),…])`, where a node is `[output,…]` or again this: outputs of derivations that are themselves outputs.
 * Gives the outermost outputs, the only ones with a path that is known before the build; the rest is checked and dropped.
 */
function dynamicNode(from: Aterm): readonly string[] {
  const outermost = openNode(from);
  let depth = 1;
  let first = true;
  while (depth > 0 && !from.failed) {
    if (peek(from) === ']') {
      expect(from, '])');
      depth -= 1;
      // Depth 0 is the outermost node; any other one lies in a pair that ends with it.
      if (depth > 0) expect(from, ')');
      first = false;
      continue;
    }
    if (!first) expect(from, ',');
    expect(from, '(');
    text(from);
    expect(from, ',');
    first = peek(from) === '(';
    if (first) {
      openNode(from);
      depth += 1;
    } else {
      list(from, text);
      expect(from, ')');
    }
  }
  return outermost;
}

function openNode(from: Aterm): readonly string[] {
  expect(from, '(');
  const outputs = list(from, text);
  expect(from, ',[');
  return outputs;
}

function lastOfEachName(from: Aterm, pairs: readonly (readonly [string, string])[]): Derivation['env'] {
  const values = new Map(pairs);
  if (values.size < pairs.length)
    from.problems.push({
      offset: from.at,
      message: `${pairs.length - values.size} variables are given more than once`,
    });
  return [...values];
}
