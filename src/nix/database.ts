/**
 * Asks the store's own SQLite database (nix-sandbox.md, section 7). The only file that loads libsql, and only when it is asked
 * (docs/decisions/0012-libsql-for-the-stores-database.md). Nothing is ever written, not even as root.
 */
import { closeSync } from 'node:fs';
import type Libsql from 'libsql';
import { fail, ok, type Result } from '../base/failure.ts';
import { trace } from '../base/trace.ts';
import { lookAt, openRegularFile, readRegularFile } from './read-regular.ts';
import type { StoreLayout } from './store-layout.ts';

/** One row: its columns in the order of the query. */
export type Row = readonly unknown[];

/** Nix' schema since 2.0 (libstore/local-store.cc, `nixSchemaVersion`). Older ones have the same tables with fewer columns. */
const NEWEST_SCHEMA = 10;
/** A writer holds the database for milliseconds; whoever holds it longer is not waited for. */
const BUSY_MS = 300;
/** The `because` of a database that somebody keeps locked. */
export const LOCKED = 'it is locked';

/**
 * The rows that a query with one text parameter gives.
 * @returns a Failure whose `because` is one phrase where the database is not there, closed to the caller, locked, of a schema that
 * is not known, or broken: then `nix-store` is to be asked
 */
export function queryDatabase(layout: StoreLayout, sql: string, parameter: string): Result<readonly Row[]> {
  const directory = `${layout.state}/db`;
  const path = `${directory}/db.sqlite`;
  const unfit = whyUnfit(directory, path);
  if (unfit !== null) return unusable(path, unfit);
  // Whoever closes it takes `-shm` away first, and `-wal` a moment later.
  if (isUnfinished(path) && isUnfinishedStill(path)) return unusable(path, UNFINISHED);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const uri = location(path);
    const before = version(path);
    const answer = query(path, uri.text, sql, parameter);
    // With locks an answer is right. But between the look and the opening the last writer may have taken `-wal` and `-shm` away.
    if ((answer.ok && uri.locks) || version(path) === before) return answer;
  }
  return unusable(path, 'it changed while it was read');
}

const UNFINISHED = 'somebody has it alone, or died while writing to it; any command of Nix by its owner repairs it';
const MOMENT_MS = 20;
/** Nix writes for milliseconds. */
const LONGEST_WRITE_MS = 10_000;

/**
 * What SQLite would have to finish before it reads, which it may not here. It is not even opened: run by root, SQLite gives `-wal` and
 * `-journal` to the database's owner, and makes what is missing.
 */
function isUnfinished(path: string): boolean {
  const [log, index, journal] = ['wal', 'shm', 'journal'].map(name => lookAt(`${path}-${name}`).stats);
  if (log !== null && log !== undefined && log.size > 0 && index === null) return true;
  return (
    journal !== null && journal !== undefined && journal.size > 0 && Date.now() - journal.mtimeMs > LONGEST_WRITE_MS
  );
}

function isUnfinishedStill(path: string): boolean {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MOMENT_MS);
  return isUnfinished(path);
}

function query(path: string, uri: string, sql: string, parameter: string): Result<readonly Row[]> {
  let database: Libsql.Database | null = null;
  try {
    const started = performance.now();
    const Database = load();
    const loaded = performance.now();
    database = new Database(uri, { timeout: BUSY_MS });
    const rows = database.prepare<[string]>(sql).raw().all(parameter);
    const took = `${(performance.now() - loaded).toFixed(1)} ms, libsql loaded in ${(loaded - started).toFixed(1)} ms`;
    trace('nix', `asked ${path}: ${rows.length} rows in ${took}`);
    return ok(rows.filter(row => Array.isArray(row)) as readonly Row[]);
  } catch (error) {
    return unusable(path, phrase(error));
  } finally {
    database?.close();
  }
}

let loaded: typeof Libsql | null = null;

/** By `require`: an `import()` of CommonJS costs some milliseconds more. */
function load(): typeof Libsql {
  loaded ??= require('libsql') as typeof Libsql;
  return loaded;
}

/**
 * As an SQLite URI. A database in WAL mode that nobody has open lacks its `-wal` and `-shm` files, and who may not make them (or,
 * like us, does not want to) can only read it as `immutable`, so without locks: right as long as nobody begins to write.
 */
function location(path: string): { readonly text: string; readonly locks: boolean } {
  const uri = `file:${encodeURI(path).replaceAll('?', '%3f').replaceAll('#', '%23')}`;
  const log = lookAt(`${path}-wal`).stats;
  const inUse =
    (log !== null && log.size > 0) || ['shm', 'journal'].some(name => lookAt(`${path}-${name}`).stats !== null);
  return { text: `${uri}?${inUse ? 'mode=ro&readonly_shm=1' : 'immutable=1'}`, locks: inUse };
}

/** Changes whenever somebody wrote. */
function version(path: string): string {
  return [path, `${path}-wal`]
    .map(file => lookAt(file).stats)
    .map(stats => (stats === null ? '-' : `${stats.ino}:${stats.size}:${stats.mtimeMs}`))
    .join(' ');
}

function whyUnfit(directory: string, path: string): string | null {
  const opened = openRegularFile(path, true);
  if (!opened.ok) return opened.failure.errno === 'ENOENT' ? 'it is not there' : 'it cannot be read';
  closeSync(opened.value.fd);
  const schema = readRegularFile(`${directory}/schema`, { maxBytes: 64, follow: true });
  // A store without this file is half a copy; the query will tell.
  if (!schema.ok) return null;
  const number = Number(schema.value.toString('latin1').trim());
  return Number.isInteger(number) && number <= NEWEST_SCHEMA
    ? null
    : `its schema is ${number}, and only those up to ${NEWEST_SCHEMA} are known`;
}

function phrase(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/locked|busy/i.test(text)) return LOCKED;
  if (/Unable to open connection/i.test(text)) return 'SQLite cannot open it';
  return text;
}

function unusable(path: string, because: string): ReturnType<typeof fail> {
  return fail(`ask the store's database ${path}`, { because });
}
