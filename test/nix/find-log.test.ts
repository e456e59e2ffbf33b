import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { hostPath } from '../../src/base/path.ts';
import { findBuildLog } from '../../src/nix/build-log.ts';
import { listLogs, logCandidates } from '../../src/nix/find-log.ts';
import type { KeptBuild } from '../../src/nix/kept-build.ts';
import { inspectDirectory } from '../../src/nix/recognise.ts';
import { storeLayout } from '../../src/nix/store-layout.ts';
import { keptBuild } from '../support/kept.ts';
import { missing } from '../support/need.ts';
import { scratchDirectory } from '../support/scratch.ts';

const HASH = ['0', '1', '2', '3'].map(digit => digit.repeat(32));
const KEPT_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

function root(): string {
  return scratchDirectory('logs');
}

/** Writes a log whose build ended `afterMs` after the directory was kept. */
function log(at: string, hash: string | undefined, rest: string, afterMs: number): string {
  const path = join(at, 'nix/var/log/nix/drvs', (hash ?? '').slice(0, 2), `${(hash ?? '').slice(2)}-${rest}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'text\n');
  const seconds = (KEPT_MS + afterMs) / 1000;
  utimesSync(path, seconds, seconds);
  return path;
}

function build(name: string | null, phaseBeganMs: number | null = null): KeptBuild {
  const path = hostPath(scratchDirectory('build'));
  const envFile =
    phaseBeganMs === null
      ? null
      : { path, access: 'readable' as const, sizeBytes: 1, modifiedAtMs: KEPT_MS + phaseBeganMs };
  return {
    version: 1,
    given: path,
    outer: path,
    content: path,
    layout: 'flat',
    system: 'nix',
    name: name === null ? null : { value: name, source: 'path' },
    packageVersion: null,
    owner: { uid: 0, gid: 0, user: null },
    keptAtMs: KEPT_MS,
    envFile,
    structuredAttrs: false,
    buildTop: null,
    sandboxed: null,
    access: 'readable',
    problems: [],
  };
}

const layoutOf = (at: string) => storeLayout(at, 'nix');

describe('the logs there are', () => {
  test('are known by their names, packed or not, in both layouts; other files and links are not logs', async () => {
    const at = root();
    log(at, HASH[0], 'a-1.drv.bz2', 0);
    log(at, HASH[1], 'b-1.drv', 0);
    const gz = log(at, HASH[2], 'c-1.drv.gz', 0);
    log(at, HASH[3], 'd-1.drv.bz2.tmp', 0);
    writeFileSync(join(at, 'nix/var/log/nix/drvs', `${HASH[3]}-flat.drv`), '');
    symlinkSync(gz, join(dirname(gz), `${(HASH[3] ?? '').slice(2)}-link.drv`));
    const found = await listLogs(layoutOf(at));
    assert.deepEqual(found.map(({ drv, compression }) => `${drv.slice(33)} ${compression}`).sort(), [
      'a-1.drv bz2',
      'b-1.drv none',
      'c-1.drv gzip',
      'flat.drv none',
      'link.drv none',
    ]);
    const link = build('link');
    assert.deepEqual(await logCandidates(link, layoutOf(at)), []);
  });

  test('a machine without logs has none', async () => {
    assert.deepEqual(await listLogs(layoutOf(root())), []);
  });
});

describe('the log of a build', () => {
  test('a known derivation decides, and a later attempt is said', async () => {
    const at = root();
    const path = log(at, HASH[0], 'a-1.drv.bz2', 3_600_000);
    log(at, HASH[1], 'a-1.drv.bz2', 0);
    const found = await findBuildLog(build('a-1'), layoutOf(at), { derivation: `/nix/store/${HASH[0]}-a-1.drv` });
    assert.equal(found.log?.path, path);
    assert.match(found.foundBy, /60 min after .* a later attempt/);
    const gone = await findBuildLog(build('a-1'), layoutOf(at), { derivation: `/nix/store/${HASH[2]}-a-1.drv` });
    assert.equal(gone.log, null);
  });

  test('of several of one name the one that ended when the directory was kept', async () => {
    const at = root();
    log(at, HASH[0], 'a-1.drv.bz2', -9_000_000);
    const path = log(at, HASH[1], 'a-1.drv.bz2', 4);
    log(at, HASH[2], 'a-1.drv.bz2', 4_000);
    log(at, HASH[3], 'b-1.drv.bz2', 0);
    const found = await findBuildLog(build('a-1'), layoutOf(at));
    assert.equal(found.log?.path, path);
    assert.equal(Math.round(found.log?.distanceMs ?? 0), 4);
    assert.match(found.foundBy, /ended when the directory was kept/);
  });

  test('two that fit are left open, the nearer first', async () => {
    const at = root();
    log(at, HASH[0], 'a-1.drv.bz2', 300);
    log(at, HASH[1], 'a-1.drv.bz2', -20);
    const found = await findBuildLog(build('a-1'), layoutOf(at));
    assert.equal(found.log, null);
    assert.deepEqual(
      found.candidates.map(({ drv }) => drv.slice(0, 2)),
      ['11', '00'],
    );
  });

  test('a log that ended before the failing phase began is of another attempt', async () => {
    const at = root();
    log(at, HASH[0], 'a-1.drv.bz2', -9_000);
    assert.equal((await findBuildLog(build('a-1', -5_000), layoutOf(at))).log, null);
    const copied = log(at, HASH[1], 'a-1.drv.bz2', -4_000_000);
    const found = await findBuildLog(build('a-1', -4_010_000), layoutOf(at));
    assert.equal(found.candidates.length, 2, 'both ended after the phase began');
    assert.ok(found.candidates.some(({ path }) => path === copied));
  });

  test('without a name the time alone decides, and nothing is taken that is minutes away', async () => {
    const at = root();
    const path = log(at, HASH[0], 'a-1.drv.bz2', 0);
    log(at, HASH[1], 'b-1.drv.bz2', -30_000);
    assert.equal((await findBuildLog(build(null), layoutOf(at))).log?.path, path);
    const later = { ...build(null), keptAtMs: KEPT_MS + 20_000 };
    assert.equal((await findBuildLog(later, layoutOf(at))).log, null);
  });
});

describe('the log of a build of real Nix', { skip: missing('nix', 'nix-daemon') }, () => {
  test('is found by its name and by the time', async () => {
    const kept = keptBuild('plain-old');
    const recognised = inspectDirectory(hostPath(kept.path), kept.path);
    assert.ok(recognised.ok);
    const found = await findBuildLog(recognised.value, storeLayout(null, 'nix'));
    assert.equal(found.log?.drv, kept.drv.slice('/nix/store/'.length), JSON.stringify(found));
    assert.ok(Math.abs(found.log?.distanceMs ?? 1e9) < 60_000, `${found.log?.distanceMs} ms`);
  });
});
