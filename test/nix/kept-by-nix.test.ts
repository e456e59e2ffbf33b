import assert from 'node:assert/strict';
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Arrangement, arrange, logOf, pairLog } from '../support/arrange.ts';
import { type Kind, keptBuild, nixBuild } from '../support/kept.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { runCommand } from '../support/program.ts';

const NIX = missing('nix', 'nix-daemon', 'static-bash', 'static-busybox');
const ROOT = NIX === false ? missing('root', 'user') : NIX;

describe('what the real Nix keeps of the fixtures', () => {
  const kinds: [Kind, string][] = [
    ['plain-new', 'plain-1.0'],
    ['plain-old', 'plain-1.0'],
    ['fixed-output', 'fixed-output-1.0'],
    ['structured-attrs', 'structured-attrs-1.0'],
    ['multiple-outputs', 'multiple-outputs-1.0'],
    ['tricky', 'tricky-1.0'],
    ['raw', 'raw-1.0'],
    ['odd-files', 'odd-files-1.0'],
  ];
  for (const [kind, name] of kinds)
    test(`${kind} is kept under its name`, { skip: NIX }, () => {
      const kept = keptBuild(kind);
      assert.equal(kept.name, name);
      assert.ok(statSync(kept.path).isDirectory());
      assert.ok(statSync(kept.drv).isFile());
      assert.ok(statSync(logOf(kept)).isFile());
    });

  test('a kind is built once per run', { skip: NIX }, () => {
    assert.equal(keptBuild('plain-new').path, keptBuild('plain-new').path);
  });

  test('hello-world builds', { skip: NIX }, () => {
    const { status, stdout } = nixBuild(['-A', 'hello-world']);
    assert.equal(status, 0);
    const { stdout: said } = runCommand([join(stdout.trim(), 'bin/hello-world')]);
    assert.equal(said.toString(), 'Hello, world!\n');
  });

  test('env-vars is a build user’s, 0600 today and 0644 before', { skip: ROOT }, () => {
    const today = statSync(join(keptBuild('plain-new').path, 'env-vars'));
    assert.equal(today.mode & 0o777, 0o600);
    assert.notEqual(today.uid, 0);
    assert.equal(statSync(join(keptBuild('plain-old').path, 'env-vars')).mode & 0o777, 0o644);
  });

  test('values that are not UTF-8 arrive in the derivation', { skip: NIX }, () => {
    assert.ok(readFileSync(keptBuild('tricky').drv).includes(Buffer.from('bad\xff\xfebyte', 'latin1')));
  });

  test('a raw builder leaves no env-vars', { skip: NIX }, () => {
    assert.throws(() => lstatSync(join(keptBuild('raw').path, 'env-vars')), { code: 'ENOENT' });
  });

  test('root without build users owns what is kept', { skip: ROOT }, () => {
    assert.equal(statSync(keptBuild('plain-new', 'root').path).uid, 0);
  });

  test('an ordinary user builds in a store of their own', { skip: ROOT }, () => {
    const kept = keptBuild('plain-new', 'user');
    assert.equal(statSync(kept.path).uid, ordinaryUser()?.uid);
    assert.ok(statSync(join(kept.store, kept.drv)).isFile());
  });
});

describe('kept directories in the layouts of other versions', () => {
  const forms: [Arrangement, RegExp, number][] = [
    ['flat', /\/nix-build-plain-1\.0\.drv-0$/, 0o755],
    ['nested', /\/nix-build-plain-1\.0\.drv-0\/build$/, 0o755],
    ['nested-closed', /\/nix-build-plain-1\.0\.drv-0\/build$/, 0o700],
    ['builds-named', /\/builds\/nix-build-plain-1\.0\.drv-\d+-\d+\/build$/, 0o755],
    ['builds-nameless', /\/builds\/nix-\d+-\d+\/build$/, 0o755],
    ['lix', /\/b\/[0-9a-z]{26}\/b$/, 0o755],
  ];
  for (const [form, shape, mode] of forms)
    test(form, { skip: ROOT }, () => {
      const { outer, content } = arrange(keptBuild('plain-new'), form);
      assert.match(content, shape);
      assert.equal(statSync(outer).mode & 0o777, mode);
      assert.equal(statSync(content).uid, statSync(keptBuild('plain-new').path).uid);
      assert.equal(readFileSync(join(content, 'source/program.o'), 'utf8'), 'half a program\n');
    });

  test('FIFOs, hard links and odd names are copied', { skip: ROOT }, () => {
    const { content } = arrange(keptBuild('odd-files'), 'nested');
    assert.ok(lstatSync(join(content, 'tree/fifo')).isFIFO());
    assert.equal(lstatSync(join(content, 'tree/file')).nlink, 2);
    assert.ok(lstatSync(join(content, 'tree/new\nline')).isDirectory());
  });

  test('the log can be made to end with the copy', { skip: ROOT }, () => {
    const kept = keptBuild('plain-new');
    const { content } = arrange(kept, 'builds-nameless');
    pairLog(kept, content);
    assert.equal(statSync(logOf(kept), { bigint: true }).mtimeNs, statSync(content, { bigint: true }).ctimeNs);
  });
});
