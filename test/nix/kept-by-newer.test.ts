/**
 * What the Nixes of newer Debians left (fixtures/kept-by), met by an ordinary user: the content in `build`, owned by a build
 * user, env-vars 0600 of today's stdenv, from 2.30.4 on no name in the path.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { fakeStore } from '../support/fake-store.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { layOut, type NewerKind, newerVersions, readRecording } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';

/** The first of in-root.sh. */
const BUILD_USER = { uid: 30001, gid: 30000 };
const KINDS: readonly NewerKind[] = ['plain-new', 'fixed-output', 'structured-attrs', 'multiple-outputs', 'raw'];

const SKIP = missing('root', 'user', 'user-namespaces', 'static-bash', 'static-busybox');

interface Scene {
  readonly store: string;
  readonly directory: string;
  readonly content: string;
}

/** A store with logs, and the directory with the log ended when it was kept, as recorded. */
function scene(kind: NewerKind, nix: string): Scene {
  const store = fakeStore(scratchDirectory('store')).root;
  const under = join(scratchDirectory('kept'), 'builds');
  mkdirSync(under);
  chmodSync(under, 0o755);
  const directory = layOut(kind, under, { nix, owner: BUILD_USER });
  const content = join(directory, 'build');
  chmodSync(content, 0o755);
  const { drv, left } = readRecording(kind, nix);
  const base = basename(drv);
  // The others ended long before, not when the fixture was copied.
  const logs = join(store, 'nix/var/log/nix/drvs');
  for (const log of readdirSync(logs, { recursive: true, encoding: 'utf8' })) utimesSync(join(logs, log), 0, 0);
  const endedAt = (statSync(content).ctimeMs + (left?.logAfterMs ?? 0)) / 1000;
  utimesSync(join(logs, base.slice(0, 2), `${base.slice(2)}.bz2`), endedAt, endedAt);
  return { store, directory, content };
}

function shown(store: string, directory: string) {
  const { status, stdout, stderr } = run(['show', '--json', '--store', store, directory], { user: ordinaryUser() });
  assert.equal(status, 0, stderr.toString());
  return JSON.parse(stdout.toString()) as {
    build: { layout: string; owner: { uid: number }; envFile: { access: string } | null; name: { value: string } };
    derivation: { path: string } | null;
  };
}

for (const nix of newerVersions())
  describe(`what Nix ${nix} left`, { skip: SKIP }, () => {
    for (const kind of KINDS) {
      test(`${kind} is recognised by its top directory and by the one in it, and its derivation found`, () => {
        const { store, directory, content } = scene(kind, nix);
        for (const given of [directory, content]) {
          const { build, derivation } = shown(store, given);
          assert.equal(build.layout, 'build');
          assert.equal(build.owner.uid, BUILD_USER.uid);
          assert.equal(build.name.value, readRecording(kind, nix).name);
          assert.equal(build.envFile?.access, kind === 'raw' ? undefined : 'denied');
          assert.equal(derivation?.path, readRecording(kind, nix).drv);
        }
      });

      test(`${kind} is entered`, () => {
        const { store, directory } = scene(kind, nix);
        const script = 'echo "$NIX_BUILD_TOP"; cd /build; for each in *; do echo "$each"; done';
        const { status, stdout, stderr } = run(['--store', store, directory, '/bin/sh', '-c', script], {
          user: ordinaryUser(),
        });
        assert.equal(status, 0, stderr.toString());
        const tops = readRecording(kind, nix).entries.map(({ path }) => path);
        // The re-constructed environment is written where the build's was, or would be.
        const expected = new Set(['/build', 'env-vars', ...tops.filter(path => !/[/]|^\./.test(path))]);
        assert.deepEqual(stdout.toString().trim().split('\n').sort(), [...expected].sort());
      });
    }

    test('its log ended at the moment in which the directory was kept', () => {
      for (const kind of KINDS) {
        const { left } = readRecording(kind, nix);
        assert.ok(left !== undefined && Math.abs(left.logAfterMs) <= 20, `${kind}: ${left?.logAfterMs} ms`);
        assert.deepEqual([left.top, left.content, left.log], ['0755 0:0', '0755 30001:30000', '0644'], kind);
      }
    });
  });
