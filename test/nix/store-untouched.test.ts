/**
 * A store below `--store ROOT` whose database is missing, damaged or half written is looked at, and nothing of it changes: nix-store would begin a
 * new store there, finish what a writer left, and leave files.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type MadePath, madePath, makeDatabase } from '../support/made-database.ts';
import { missing } from '../support/need.ts';
import { run } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { BASH, SMALL_ENVIRONMENT, smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { SIDES } from '../support/watched.ts';

const DRV: MadePath = { path: madePath(7, 'small-1.0.drv'), outputs: { out: SMALL_ENVIRONMENT.out } };

/** The files of a database that somebody is about to write to, as they are when the machine stops there. */
function crashed(state: string, journal: 'wal' | 'delete', files: readonly string[]): void {
  const writer = scratchDirectory('writer');
  const open = makeDatabase(writer, [DRV], journal);
  open.exec("PRAGMA cache_size = 2; BEGIN; INSERT INTO ValidPaths (path, hash, registrationTime) VALUES ('x', 'x', 1)");
  const insert = open.prepare('INSERT INTO ValidPaths (path, hash, registrationTime) VALUES (?, ?, 1)');
  for (let number = 0; number < 500; number += 1) insert.run(`${number}`, 'x'.repeat(500));
  mkdirSync(`${state}/db`, { recursive: true });
  for (const file of ['schema', ...files]) copyFileSync(`${writer}/db/${file}`, `${state}/db/${file}`);
  // Long ago: a writer of now is asked to give way.
  for (const file of files) utimesSync(`${state}/db/${file}`, 1, 1);
  open.exec('ROLLBACK');
  open.close();
}

function file(state: string, name: string, content: string): void {
  mkdirSync(`${state}/db`, { recursive: true });
  writeFileSync(`${state}/db/${name}`, content);
}

const STATES: Readonly<Record<string, (state: string) => void>> = {
  'without a database': () => undefined,
  'with garbage for a database': state => file(state, 'db.sqlite', 'x'.repeat(9000)),
  'of an older schema, with an empty database': state => {
    file(state, 'db.sqlite', '');
    file(state, 'schema', '7');
  },
  'of a newer schema': state => {
    crashed(state, 'wal', ['db.sqlite']);
    file(state, 'schema', '11');
  },
  'whose writer died, with a write-ahead log': state => crashed(state, 'wal', ['db.sqlite', 'db.sqlite-wal']),
  'whose writer died, with a journal': state => crashed(state, 'delete', ['db.sqlite', 'db.sqlite-journal']),
};

const skip = missing('nix', 'static-bash', 'static-busybox', 'user-namespaces');

for (const [name, who] of SIDES)
  for (const [what, arrange] of Object.entries(STATES))
    test(`${name}: show, plan, env and a run leave a store ${what} as it is`, { skip }, () => {
      const build = smallBuild();
      writeFileSync(
        `${build.store}${DRV.path}`,
        `Derive([("out","${SMALL_ENVIRONMENT.out}","","")],[],["${BASH}"],"x86_64-linux","${BASH}/bin/bash",[],[])`,
      );
      arrange(`${build.store}/nix/var/nix`);
      const before = treeHash(build.store);
      const cache = scratchDirectory('cache', 0o1777);
      // What asks the store is the same for the rest.
      const asked = what === 'without a database' ? [['show'], ['plan'], ['env'], []] : [['show'], []];
      for (const words of asked) {
        const { status, stderr } = run(
          [...words, '--store', build.store, build.directory, ...(words.length === 0 ? ['true'] : [])],
          { user: who, env: { XDG_CACHE_HOME: cache } },
        );
        assert.equal(status, 0, `${words.join(' ')}: ${stderr.toString()}`);
        assert.equal(treeHash(build.store), before, words.join(' '));
      }
    });
