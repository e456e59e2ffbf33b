/** What the store is asked: its database in every state that it can be found in, and nix-store in its place. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { failureLine, type Result } from '../../src/base/failure.ts';
import { closureOf, derivationsNamed, type StoreAnswer, validDerivers } from '../../src/nix/ask-store.ts';
import { readDerivation } from '../../src/nix/read-derivation.ts';
import { type StoreLayout, storeLayout } from '../../src/nix/store-layout.ts';
import { keptBuild } from '../support/kept.ts';
import { type MadePath, madePath, makeClosedDatabase, makeDatabase } from '../support/made-database.ts';
import { missing } from '../support/need.ts';
import { isQuick, timed } from '../support/quick.ts';
import { scratchDirectory } from '../support/scratch.ts';

const NIX = missing('nix', 'nix-daemon', 'static-bash', 'static-busybox');
const FROM = "the store's database";
const OUT = madePath(90, 'hello-2.12');
const DEV = madePath(91, 'hello-2.12-dev');

const PATHS: readonly MadePath[] = [
  { path: madePath(1, 'hello-2.12.drv'), registeredAt: 100, outputs: { out: OUT, dev: DEV } },
  { path: madePath(2, 'hello-2.12.drv'), registeredAt: 200, outputs: { out: madePath(92, 'hello-2.12') } },
  { path: madePath(3, 'say-hello-2.12.drv'), registeredAt: 300 },
  { path: madePath(4, 'a'), references: [madePath(4, 'a'), madePath(5, 'b')] },
  { path: madePath(5, 'b'), references: [madePath(6, 'c'), madePath(4, 'a')] },
  { path: madePath(6, 'c') },
  { path: madePath(7, 'd'), references: [madePath(6, 'c')] },
];

function madeStore(journal?: 'wal' | 'delete') {
  const root = scratchDirectory('database');
  mkdirSync(`${root}/nix/store`, { recursive: true });
  const database = makeDatabase(`${root}/nix/var/nix`, PATHS, journal);
  return { layout: storeLayout(root, 'nix'), database };
}

function closedStore() {
  const root = scratchDirectory('database');
  mkdirSync(`${root}/nix/store`, { recursive: true });
  makeClosedDatabase(`${root}/nix/var/nix`, PATHS);
  return { layout: storeLayout(root, 'nix'), directory: `${root}/nix/var/nix/db` };
}

function answer<T>(result: Result<StoreAnswer<T>>): StoreAnswer<T> {
  assert.ok(result.ok, result.ok ? '' : failureLine(result.failure));
  return result.value;
}

async function asExpected(layout: StoreLayout): Promise<void> {
  const derivers = answer(await validDerivers(layout, DEV));
  assert.deepEqual(derivers, { value: [{ path: madePath(1, 'hello-2.12.drv'), registeredAt: 100 }], from: FROM });
  assert.deepEqual(answer(derivationsNamed(layout, 'hello-2.12')).value, [
    { path: madePath(2, 'hello-2.12.drv'), registeredAt: 200 },
    { path: madePath(1, 'hello-2.12.drv'), registeredAt: 100 },
  ]);
  const { value, from } = answer(await closureOf(layout, [madePath(4, 'a'), madePath(8, 'gone')]));
  assert.deepEqual([...value.paths].sort(), [madePath(4, 'a'), madePath(5, 'b'), madePath(6, 'c')]);
  assert.deepEqual(value.missing, [madePath(8, 'gone')]);
  assert.equal(from, FROM);
}

describe("the store's database", () => {
  test('answers while nobody has it open, and nothing is left beside it', async () => {
    const { layout, directory } = closedStore();
    const { mtimeNs } = statSync(directory, { bigint: true });
    await asExpected(layout);
    assert.deepEqual(readdirSync(directory), ['db.sqlite', 'schema']);
    assert.equal(statSync(directory, { bigint: true }).mtimeNs, mtimeNs);
  });

  test('answers with what a writer that still has it open wrote', async () => {
    const { layout, database } = madeStore();
    database.exec(`INSERT INTO ValidPaths (path, hash, registrationTime) VALUES ('${madePath(9, 'new.drv')}', 'x', 7)`);
    await asExpected(layout);
    assert.equal(answer(derivationsNamed(layout, 'new')).value[0]?.registeredAt, 7);
    database.close();
  });

  test('answers where it has no write-ahead log (use-sqlite-wal = false)', async () => {
    const { layout, database } = madeStore('delete');
    await asExpected(layout);
    database.close();
  });

  test('answers where an empty write-ahead log was left', async () => {
    const { layout, directory } = closedStore();
    writeFileSync(`${directory}/db.sqlite-wal`, '');
    await asExpected(layout);
    assert.deepEqual(readdirSync(directory), ['db.sqlite', 'db.sqlite-wal', 'schema']);
  });

  test('an output that no derivation has is known to have none', async () => {
    const { layout, database } = madeStore();
    assert.deepEqual(answer(await validDerivers(layout, madePath(99, 'x'))), { value: [], from: FROM });
    assert.deepEqual(answer(await closureOf(layout, [])).value, { paths: [], missing: [] });
    database.close();
  });

  test('names with quotes and wildcards are only names', () => {
    const { layout, database } = madeStore();
    for (const name of ["'", '%', '"; DROP TABLE Refs; --', '_ello-2.12', ''])
      assert.deepEqual(answer(derivationsNamed(layout, name)).value, []);
    database.close();
  });

  test('a closure of 5,000 paths among 20,000 takes no second', async () => {
    const root = scratchDirectory('large');
    const all = Array.from({ length: 20_000 }, (_, i): MadePath => {
      const references = i < 5000 ? [i - 1, i >> 1, i >> 2, i].filter(to => to >= 0) : [i];
      return { path: madePath(i, 'p'), references: references.map(to => madePath(to, 'p')) };
    });
    makeClosedDatabase(`${root}/nix/var/nix`, all);
    await isQuick(1000, () =>
      timed(async () => {
        const { value } = answer(await closureOf(storeLayout(root, 'nix'), [madePath(4999, 'p')]));
        assert.equal(value.paths.length, 5000);
      }),
    );
  });
});

describe('where the database does not answer', () => {
  const states: readonly (readonly [string, (directory: string) => void, RegExp])[] = [
    ['is not there', directory => execFileSync('rm', [`${directory}/db.sqlite`]), /\(it is not there\)/],
    ['has a newer schema', directory => writeFileSync(`${directory}/schema`, '11'), /\(its schema is 11, and only/],
    ['is garbage', directory => writeFileSync(`${directory}/db.sqlite`, 'x'.repeat(9000)), /not a database/],
    ['is cut off', directory => execFileSync('truncate', ['-s', '5000', `${directory}/db.sqlite`]), /malformed|disk/],
    ['has no tables', directory => writeFileSync(`${directory}/db.sqlite`, ''), /no such table/],
    [
      'was left by a writer in the middle',
      directory => writeFileSync(`${directory}/db.sqlite-wal`, 'x'.repeat(5000)),
      /died while writing to it; any command of Nix/,
    ],
    [
      'is a FIFO',
      directory => execFileSync('sh', ['-c', `rm ${directory}/db.sqlite; mkfifo $1/db.sqlite`, '', directory]),
      /cannot be read/,
    ],
  ];
  for (const [state, spoil, says] of states)
    test(`because it ${state}, the names in the store tell`, () => {
      const { layout, directory } = closedStore();
      spoil(directory);
      mkdirSync(`${layout.root}${madePath(1, 'hello-2.12.drv')}`);
      const { value, from } = answer(derivationsNamed(layout, 'hello-2.12'));
      assert.deepEqual(value, [{ path: madePath(1, 'hello-2.12.drv'), registeredAt: null }]);
      assert.match(from, says);
      assert.match(from, /^the names in the store's directory, as the store's database does not answer/);
    });

  test('because somebody keeps it locked, that is said within a second', async () => {
    const { layout, database } = madeStore('delete');
    database.exec(`BEGIN EXCLUSIVE; DELETE FROM Refs`);
    await isQuick(1000, () =>
      timed(() => {
        const { from } = answer(derivationsNamed(layout, 'hello-2.12'));
        assert.match(from, /\(it is locked\)/);
      }),
    );
    database.exec('ROLLBACK');
    database.close();
  });

  test('and the store cannot be listed, both are said', () => {
    const gone = `${scratchDirectory('gone')}/x`;
    const layout = storeLayout(gone, 'nix');
    const result = derivationsNamed(layout, 'hello');
    assert.ok(!result.ok);
    assert.equal(
      failureLine(result.failure),
      `cannot find the derivations called hello: the store's database does not answer (it is not there), and ${gone}/nix/store cannot be listed`,
    );
  });
});

describe('the real store', { skip: NIX }, () => {
  const layout = storeLayout(null, 'nix');
  const closed = storeLayout(null, 'nix', { NIX_STATE_DIR: scratchDirectory('no-state') });
  const kept = NIX === false ? keptBuild('multiple-outputs') : null;

  function derivation() {
    const read = readDerivation(layout, kept?.drv ?? '');
    assert.ok(read.ok);
    return read.value;
  }

  test('knows the derivation of an output that was never finished', async () => {
    for (const { path } of derivation().outputs)
      assert.deepEqual(
        answer(await validDerivers(layout, path)).value.map(found => found.path),
        [kept?.drv],
      );
  });

  test('knows the derivations of a name', () => {
    for (const from of [layout, closed]) {
      const { value } = answer(derivationsNamed(from, 'multiple-outputs-1.0'));
      assert.ok(value.some(({ path }) => path === kept?.drv));
    }
  });

  // Who may not write there cannot read it in the moment in which the daemon begins to write.
  const OPEN =
    process.getuid?.() === 0
      ? /^the store's database$/
      : /^the store's database$|^nix-store, as .*\(attempt to write a readonly database\)$/;

  test('gives the same closure through its database and through nix-store', async () => {
    const inputs = [...derivation().inputSources, madePath(0, 'gone')];
    const expected = execFileSync('nix-store', ['-qR', ...derivation().inputSources], { encoding: 'utf8' });
    for (const from of [layout, closed]) {
      const { value, from: who } = answer(await closureOf(from, inputs));
      assert.deepEqual([...value.paths].sort(), expected.trimEnd().split('\n').sort());
      assert.deepEqual(value.missing, [madePath(0, 'gone')]);
      assert.match(who, from === closed ? /^nix-store, as .*\(it is not there\)$/ : OPEN);
    }
  });
});
