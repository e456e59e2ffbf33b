/** The environment that Nix gives a builder: `initEnv`, in its order (nix-sandbox.md, section 4.4). Pure. */
import { toBytes } from '../base/path.ts';
import { passedFileName, placeholder } from './base32.ts';
import { attribute, type Derivation } from './derivation.ts';
import type { EnvVariable } from './env-vars.ts';

export interface InitialFacts {
  /** How the build saw its directory: `/build`. */
  readonly buildTop: string;
  /** The directory that the command starts in, as the build would name it. */
  readonly workingDirectory: string;
  /** `/nix/store`. */
  readonly store: string;
  /** NIX_BUILD_CORES; the person's `--cores` is written down nowhere. */
  readonly cores: number;
  /** The names in the content directory: which of Nix' own files are still there, and in which form. */
  readonly files: ReadonlySet<string>;
  /** Paths of outputs that the derivation does not tell, by the output's name: `.attrs.json` may have them. */
  readonly outputs: ReadonlyMap<string, string>;
}

export interface InitialEnvironment {
  readonly variables: readonly EnvVariable[];
  /** What is not as it was, or may not be, each one phrase. */
  readonly lost: readonly string[];
}

/** The variables in the order in which Nix sets them, the last value of each name; text as bytes (base/path.ts). */
export function initialEnvironment(derivation: Derivation, facts: InitialFacts): InitialEnvironment {
  const lost = [`NIX_BUILD_CORES as it was asked for (taken: ${facts.cores}, this machine's)`];
  const values = new Map([
    ['PATH', '/path-not-set'],
    ['HOME', '/homeless-shelter'],
    ['NIX_STORE', facts.store],
    ['NIX_BUILD_CORES', String(facts.cores)],
  ]);
  const own = derivation.json === null ? ownVariables(derivation, facts, lost) : attributeFiles(facts, lost);
  for (const [name, value] of own) values.set(name, value);
  for (const name of ['NIX_BUILD_TOP', 'TMPDIR', 'TEMPDIR', 'TMP', 'TEMP']) values.set(name, facts.buildTop);
  values.set('PWD', facts.workingDirectory);
  for (const [name, value] of ofType(derivation, lost)) values.set(name, value);
  if (words(attribute(derivation, 'requiredSystemFeatures')).includes('recursive-nix')) {
    values.set('NIX_REMOTE', `unix://${facts.buildTop}/.nix-socket`);
    lost.push('the Nix daemon that this build could ask (recursive-nix)');
  }
  values.set('NIX_LOG_FD', '2');
  values.set('TERM', 'xterm-256color');
  const rewrite = rewriter(derivation, facts, lost);
  const variables = [...values].map(([name, value]) => ({ name, value: rewrite(value), attributes: 'x' }));
  return { variables, lost };
}

/** `initTmpDir`: the derivation's variables, those of `passAsFile` as the names of files. */
function ownVariables(
  { env }: Derivation,
  facts: InitialFacts,
  lost: string[],
): readonly (readonly [string, string])[] {
  const passed = new Set(words(env.find(([name]) => name === 'passAsFile')?.[1] ?? null));
  let number = 0;
  return env.map(([name, value]) => {
    if (!passed.has(name)) return [name, value];
    // Up to Nix 2.3 they were counted, in the order of the names.
    const names = [passedFileName(toBytes(name)), `.attr-${number}`];
    number += 1;
    const there = names.find(file => facts.files.has(file));
    if (there === undefined) lost.push(`the file of the attribute ${name}, which is not there any more`);
    return [`${name}Path`, `${facts.buildTop}/${there ?? names[0]}`];
  });
}

/** `writeStructuredAttrs`: nothing of the derivation is in the environment but where its two files are. */
function attributeFiles(facts: InitialFacts, lost: string[]): readonly (readonly [string, string])[] {
  for (const file of ['.attrs.json', '.attrs.sh'])
    if (!facts.files.has(file)) lost.push(`the attributes in ${file}, which is not there any more`);
  return [
    ['NIX_ATTRS_SH_FILE', `${facts.buildTop}/.attrs.sh`],
    ['NIX_ATTRS_JSON_FILE', `${facts.buildTop}/.attrs.json`],
  ];
}

/** What only fixed-output and impure builds get. */
function ofType(derivation: Derivation, lost: string[]): readonly (readonly [string, string])[] {
  if (!derivation.fixedOutput) return [];
  const impure = words(attribute(derivation, 'impureEnvVars'));
  if (impure.length > 0)
    lost.push(`the values that the daemon had for ${impure.join(', ')} (taken: empty, as where it has none)`);
  const isImpure = derivation.outputs.some(({ hash }) => hash === 'impure');
  const checked: (readonly [string, string])[] = isImpure ? [] : [['NIX_OUTPUT_CHECKED', '1']];
  return [...checked, ...impure.map(name => [name, ''] as const)];
}

/** `rewriteStrings`: output paths in the place of what stood for them. */
function rewriter(derivation: Derivation, facts: InitialFacts, lost: string[]): (value: string) => string {
  const pairs: (readonly [string, string])[] = [];
  const unknown: string[] = [];
  for (const { name, path } of derivation.outputs) {
    const real = path === '' ? facts.outputs.get(name) : path;
    if (real !== undefined) pairs.push([placeholder(name), real]);
    else unknown.push(name);
  }
  if (unknown.length > 0)
    lost.push(
      `the paths of the outputs ${unknown.join(', ')}, which were chosen when the build began (left: their placeholders)`,
    );
  return value =>
    pairs.reduce((text, [from, to]) => (text.includes(from) ? text.replaceAll(from, () => to) : text), value);
}

/** `tokenizeString`: words between blanks. */
function words(text: string | null): readonly string[] {
  return (text ?? '').split(/[ \t\n\r]+/).filter(word => word !== '');
}
