/** A store's database as Nix lays it out (schema 10), made up: for questions that no small store can be asked. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import Database from 'libsql';

export interface MadePath {
  readonly path: string;
  readonly registeredAt?: number;
  readonly references?: readonly string[];
  /** Of a derivation: output name → path. */
  readonly outputs?: Readonly<Record<string, string>>;
}

/** libstore/schema.sql and ca-specific-schema.sql of Nix 2.8, without what is not asked. */
const TABLES = `
  CREATE TABLE ValidPaths (id integer primary key autoincrement not null, path text unique not null, hash text not null,
    registrationTime integer not null, deriver text, narSize integer, ultimate integer, sigs text, ca text);
  CREATE TABLE Refs (referrer integer not null, reference integer not null, primary key (referrer, reference));
  CREATE INDEX IndexReferrer ON Refs(referrer);
  CREATE INDEX IndexReference ON Refs(reference);
  CREATE TABLE DerivationOutputs (drv integer not null, id text not null, path text not null, primary key (drv, id));
  CREATE INDEX IndexDerivationOutputs ON DerivationOutputs(path);`;

/** Makes `state/db/db.sqlite` and `state/db/schema`; the connection is open, and the caller's to close. */
export function makeDatabase(state: string, paths: readonly MadePath[], journal: 'wal' | 'delete' = 'wal') {
  mkdirSync(`${state}/db`, { recursive: true });
  writeFileSync(`${state}/db/schema`, '10');
  const database = new Database(`${state}/db/db.sqlite`);
  database.pragma(`journal_mode = ${journal}`);
  database.exec(`BEGIN; ${TABLES}`);
  const insert = database.prepare('INSERT INTO ValidPaths (path, hash, registrationTime) VALUES (?, ?, ?)');
  for (const { path, registeredAt } of paths) insert.run(path, 'sha256:0', registeredAt ?? 1_700_000_000);
  const numbers = new Map(paths.map(({ path }, index) => [path, index + 1]));
  const refer = database.prepare('INSERT OR IGNORE INTO Refs VALUES (?, ?)');
  const made = database.prepare('INSERT INTO DerivationOutputs VALUES (?, ?, ?)');
  for (const { path, references, outputs } of paths) {
    for (const reference of references ?? []) refer.run(numbers.get(path), numbers.get(reference));
    for (const [name, output] of Object.entries(outputs ?? {})) made.run(numbers.get(path), name, output);
  }
  database.exec('COMMIT');
  return database;
}

/**
 * As {@link makeDatabase}, as it is when the last one who had it open has ended: libsql's `close` keeps the files as long as a statement
 * is in memory, so this is a copy.
 */
export function makeClosedDatabase(state: string, paths: readonly MadePath[]): void {
  const open = makeDatabase(`${state}/open`, paths);
  open.pragma('wal_checkpoint(TRUNCATE)');
  open.close();
  mkdirSync(`${state}/db`);
  for (const file of ['db.sqlite', 'schema']) copyFileSync(`${state}/open/db/${file}`, `${state}/db/${file}`);
}

/** A store path whose hash is `number` in 32 digits. */
export function madePath(number: number, name: string): string {
  return `/nix/store/${String(number).padStart(32, '0')}-${name}`;
}
