import assert from 'node:assert/strict';
import { lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fakeStore, recordedStorePaths } from '../support/fake-store.ts';
import { missing } from '../support/need.ts';
import { PROJECT, runCommand } from '../support/program.ts';
import { layOut, RECORDED, readRecording } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';

describe('recorded kept directories', () => {
  for (const kind of RECORDED)
    test(`${kind} is laid out with its modes`, () => {
      const path = layOut(kind, scratchDirectory('recorded'));
      for (const entry of readRecording(kind).entries) {
        if (entry.type === 'link') assert.equal(readlinkSync(join(path, entry.path)), entry.target);
        else assert.equal(lstatSync(join(path, entry.path)).mode & 0o7777, Number.parseInt(entry.mode, 8), entry.path);
      }
    });

  test('env-vars of today is 0600, and can be made readable', () => {
    const closed = layOut('plain-new', scratchDirectory('recorded'));
    assert.equal(statSync(join(closed, 'env-vars')).mode & 0o777, 0o600);
    const open = layOut('plain-new', scratchDirectory('recorded'), { envVarsMode: 0o644 });
    assert.equal(statSync(join(open, 'env-vars')).mode & 0o777, 0o644);
  });

  test('the recordings are of the scripts in this tree (else: npm run oracle)', () => {
    const now: [RegExp, string][] = [
      [/-probe\.sh$/, 'test/oracle/probe.sh'],
      [/-source-stdenv\.sh$/, 'fixtures/nix/stdenv/source-stdenv.sh'],
      [/-default-builder\.sh$/, 'fixtures/nix/stdenv/default-builder.sh'],
      [/-setup\.sh$/, 'fixtures/nix/stdenv/setup.sh'],
    ];
    for (const [name, source] of now) {
      const recorded = recordedStorePaths().filter(path => name.test(path));
      assert.equal(recorded.length, 1, source);
      assert.deepEqual(
        readFileSync(join(PROJECT, 'fixtures/kept/store', recorded[0] ?? '')),
        readFileSync(join(PROJECT, source)),
      );
    }
  });
});

describe('the store without Nix', { skip: missing('static-bash', 'static-busybox') }, () => {
  test('it has every store path that a recorded env-vars names, but the outputs', () => {
    const { root } = fakeStore(scratchDirectory('store'));
    for (const kind of RECORDED) {
      if (kind === 'raw') continue;
      const text = readFileSync(join(layOut(kind, scratchDirectory('recorded')), 'env-vars'), 'latin1');
      const { name } = readRecording(kind);
      for (const [path] of text.matchAll(/\/nix\/store\/[0-9a-z]{32}-[\w.+-]+/g))
        if (!path.includes(`-${name}`)) assert.ok(lstatSync(join(root, path)), path);
    }
  });

  test('it has the derivations and their logs', () => {
    const { root } = fakeStore(scratchDirectory('store'));
    for (const kind of RECORDED) {
      const { drv } = readRecording(kind);
      assert.ok(statSync(join(root, drv)).isFile());
      const base = drv.slice('/nix/store/'.length);
      assert.ok(statSync(join(root, 'nix/var/log/nix/drvs', base.slice(0, 2), `${base.slice(2)}.bz2`)).isFile());
    }
  });

  test('its bash and its tools run', () => {
    const { root, bash, busybox } = fakeStore(scratchDirectory('store'));
    const said = runCommand([join(root, bash, 'bin/bash'), '-c', 'echo "$BASH_VERSION"']);
    assert.match(said.stdout.toString(), /^5\./);
    assert.equal(runCommand([join(root, busybox, 'bin/echo'), 'hello']).stdout.toString(), 'hello\n');
  });
});
