/** What a kept directory's own files tell of its outputs and of the directory that its phases worked in. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Derivation } from './derivation.ts';
import type { EnvVars } from './env-vars.ts';
import { outputClues } from './output-clues.ts';
import { recogniseKeptBuild } from './recognise.ts';
import { sourceRoot } from './source-root.ts';
import { storeLayout } from './store-layout.ts';

const scratch = mkdtempSync(join(tmpdir(), 'nbs-test-clues-'));
after(() => rmSync(scratch, { recursive: true }));
const OWN = '/nix/store/00000000000000000000000000000001-hello-2.12.1';
const OTHER = '/nix/store/00000000000000000000000000000002-zlib-1.3';
let count = 0;

/** A kept directory with these files; a name that ends in `/` is an empty directory. */
function kept(files: Readonly<Record<string, string>>): string {
  count += 1;
  const directory = `${scratch}/${count}/nix-build-hello-2.12.1.drv-0`;
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(name.endsWith('/') ? join(directory, name) : dirname(join(directory, name)), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(join(directory, name), content);
  }
  return directory;
}

function clues(directory: string, env: EnvVars | null = null, root = scratch) {
  const build = recogniseKeptBuild(directory);
  assert.ok(build.ok);
  return outputClues(build.value, env, storeLayout(root, 'nix'));
}

describe('the outputs that a directory names', () => {
  const written: readonly (readonly [string, string])[] = [
    ['config.log', `  $ ./configure --prefix=${OWN} --with-zlib=${OTHER}\nprefix=${OTHER}\n`],
    ['source/config.status', `configured for '--prefix=${OWN}'`],
    ['a/b/Makefile', `srcdir = .\nprefix = ${OWN}\n`],
    ['source/build/CMakeCache.txt', `//Install path\nCMAKE_INSTALL_PREFIX:PATH=${OWN}\n`],
    ['source/build/meson-private/cmd_line.txt', `[options]\nprefix = ${OWN}\n`],
    [
      'source/build/meson-info/intro-buildoptions.json',
      `[{"name": "prefix", "value": "${OWN}", "section": "directory"}]`,
    ],
  ];
  for (const [file, text] of written)
    test(`are read from ${file}`, () => {
      assert.deepEqual(clues(kept({ [file]: text })), [{ path: OWN, from: `the prefix in ${file}`, certain: false }]);
    });

  test('are those of env-vars and of .attrs.json before any prefix', () => {
    const directory = kept({
      'config.log': `--prefix=${OTHER}`,
      '.attrs.json': JSON.stringify({ outputs: { out: OWN } }),
    });
    assert.deepEqual(clues(directory), [{ path: OWN, from: 'out in .attrs.json', certain: true }]);
  });

  test('are not those of finished packages, which failed builds do not have', () => {
    const directory = kept({ 'config.log': `--prefix=${OWN}` });
    mkdirSync(`${scratch}/root${OWN}`, { recursive: true });
    assert.equal(clues(directory, null, `${scratch}/root`).length, 1);
    utimesSync(`${scratch}/root${OWN}`, 1, 1);
    assert.deepEqual(clues(directory, null, `${scratch}/root`), []);
  });

  for (const hostile of ['prefix=/', '"name": "prefix",', '--prefix=/nix/store/', 'prefix      '])
    test(`take time linear in the size of a file that repeats ${hostile}`, () => {
      const directory = kept({ Makefile: hostile.repeat(500_000 / hostile.length) });
      const began = performance.now();
      assert.deepEqual(clues(directory), []);
      // Of a square it is minutes.
      assert.ok(performance.now() - began < 60_000, `${performance.now() - began} ms`);
    });

  test('are looked for in regular files of believable size alone', () => {
    const directory = kept({ 'x/': '', 'y/Makefile': `prefix = ${OWN}`.padEnd(600_000) });
    symlinkSync('/dev/zero', `${directory}/x/Makefile`);
    execFileSync('mkfifo', [`${directory}/x/config.log`]);
    symlinkSync(directory, `${directory}/x/loop`);
    assert.deepEqual(clues(directory), []);
  });
});

describe('the directory in which a build most likely worked', () => {
  function derivation(env: Readonly<Record<string, string>>): Derivation {
    const own = Object.entries({ stdenv: '/nix/store/s', ...env });
    return {
      version: 1,
      path: '/nix/store/x.drv',
      name: 'x',
      outputs: [],
      inputDerivations: [],
      inputSources: [],
      system: '',
      builder: '',
      args: [],
      env: own,
      fixedOutput: false,
      json: null,
    };
  }
  const SRC = (name: string): string => `/nix/store/00000000000000000000000000000003-${name}`;
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[], string | null])[] = [
    ['the source, by its name in the store', { src: SRC('source') }, ['source/', 'other/'], 'source'],
    ['the source, without what tells its form', { src: SRC('hello-2.12.tar.gz') }, ['hello-2.12/', 'b/'], 'hello-2.12'],
    [
      'sourceRoot, where it is given',
      { src: SRC('source'), sourceRoot: './source/lib/' },
      ['source/lib/'],
      'source/lib',
    ],
    ['the only directory that there is', { src: SRC('archive.tar.xz') }, ['unpacked/', '.git/'], 'unpacked'],
    ['none, where there are several', { src: SRC('archive.tar.xz') }, ['a/', 'b/'], null],
    ['none, where nothing was unpacked', { src: SRC('source') }, ['file'], null],
    ['none of a buildCommand', { src: SRC('source'), buildCommand: 'x' }, ['source/'], null],
    ['none without stdenv', { src: SRC('source'), stdenv: '' }, ['source/'], null],
    ['none outside', { sourceRoot: '../..' }, ['a/', 'b/'], null],
  ];
  for (const [what, env, files, expected] of cases)
    test(`is ${what}`, () => {
      const directory = kept({ 'env-vars': '', ...Object.fromEntries(files.map(name => [name, ''])) });
      assert.equal(sourceRoot(derivation(env), directory), expected);
    });
});
