/** The questions that a store answers: from its database, else from `nix-store`. Every answer says which of them gave it. */
import { readdirSync } from 'node:fs';
import { type Failure, fail, ok, type Result } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';
import { queryDatabase, type Row } from './database.ts';
import { nameInStore } from './drv-name.ts';
import { nixStore } from './nix-store.ts';
import type { StoreLayout } from './store-layout.ts';

export interface StoreAnswer<T> {
  readonly value: T;
  /** Who answered: `the store's database`, or `nix-store, as the store's database is locked`. */
  readonly from: string;
}

/** A derivation that the store has. */
export interface StoredDerivation {
  readonly path: string;
  /** When the store got it, seconds since 1970: about when the build was asked for. Null where only the database knows. */
  readonly registeredAt: number | null;
}

export interface Closure {
  /** Every path that can be reached, the given ones among them. */
  readonly paths: readonly string[];
  /** Of the given ones those that are not valid in this store: collected as garbage, or never built. */
  readonly missing: readonly string[];
}

const DERIVERS = `
  SELECT drv.path, drv.registrationTime FROM DerivationOutputs AS made JOIN ValidPaths AS drv ON drv.id = made.drv
  WHERE made.path = ? ORDER BY drv.registrationTime DESC`;

// The inner query is answered by the index on path alone. Behind "/nix/store/", 32 characters and a dash the name begins.
const NAMED = (store: string): string => `
  SELECT path, registrationTime FROM ValidPaths
  WHERE id IN (SELECT id FROM ValidPaths WHERE substr(path, ${store.length + 35}) = ?) ORDER BY registrationTime DESC`;

// CROSS JOIN: SQLite keeps that order, and looks up the paths by their numbers instead of walking through all paths.
const CLOSURE = `
  WITH RECURSIVE reached(id) AS (
    SELECT id FROM ValidPaths WHERE path IN (SELECT value FROM json_each(?))
    UNION SELECT reference FROM reached CROSS JOIN Refs ON referrer = reached.id)
  SELECT json_group_array(path) FROM reached CROSS JOIN ValidPaths USING (id)`;

/**
 * The derivations in the store that have `output` (`/nix/store/<hash>-x`) among their outputs, the newest first. An output that was
 * never finished is known as well: its derivation is registered before it is built. Floating outputs are not.
 */
export async function validDerivers(
  layout: StoreLayout,
  output: string,
): Promise<Result<StoreAnswer<readonly StoredDerivation[]>>> {
  const rows = queryDatabase(layout, DERIVERS, output);
  if (rows.ok) return ok({ value: rows.value.flatMap(derivation), from: FROM_DATABASE });
  const lines = await nixStore(layout, rows.failure, ['--query', '--valid-derivers', output], ['--derivers', output]);
  if (!lines.ok) return neither(`find the derivation of ${output}`, rows.failure, lines.failure);
  const value = lines.value.filter(isDerivation).map(path => ({ path, registeredAt: null }));
  return ok({ value, from: instead('nix-store', rows.failure) });
}

/** The derivations in the store that are called `name` (`hello-2.12.1`, without `.drv`), the newest first. */
export function derivationsNamed(layout: StoreLayout, name: string): Result<StoreAnswer<readonly StoredDerivation[]>> {
  const rows = queryDatabase(layout, NAMED(layout.store), `${name}.drv`);
  if (rows.ok) return ok({ value: rows.value.flatMap(derivation), from: FROM_DATABASE });
  const wanted = `${name}.drv`;
  const directory = `${layout.root}${layout.store}`;
  try {
    const value = readdirSync(fsPath(directory))
      .filter(base => nameInStore(base) === wanted)
      .map(base => ({ path: `${layout.store}/${base}`, registeredAt: null }));
    return ok({ value, from: instead("the names in the store's directory", rows.failure) });
  } catch {
    const because = `the store's database does not answer (${rows.failure.because ?? 'for no known reason'}), and ${directory} cannot be listed`;
    return fail(`find the derivations called ${name}`, { because });
  }
}

/** What can be reached from the given store paths by references: what a build sees of its inputs. */
export async function closureOf(layout: StoreLayout, paths: readonly string[]): Promise<Result<StoreAnswer<Closure>>> {
  const given = [...new Set(paths)];
  const rows = queryDatabase(layout, CLOSURE, JSON.stringify(given));
  if (rows.ok) {
    const reached = texts(rows.value[0]?.[0]);
    const valid = new Set(reached);
    const missing = given.filter(path => !valid.has(path));
    return ok({ value: { paths: reached, missing }, from: FROM_DATABASE });
  }
  const there = await validAmong(layout, rows.failure, given);
  if (!there.ok) return neither('find the closure of the inputs', rows.failure, there.failure);
  const missing = given.filter(path => !there.value.has(path));
  const from = instead('nix-store', rows.failure);
  if (there.value.size === 0) return ok({ value: { paths: [], missing }, from });
  const words = ['--requisites', ...there.value];
  const lines = await nixStore(layout, rows.failure, ['--query', ...words], words);
  if (!lines.ok) return neither('find the closure of the inputs', rows.failure, lines.failure);
  return ok({ value: { paths: [...new Set(lines.value)], missing }, from });
}

/** One path that is not valid would make `--requisites` fail as a whole. */
async function validAmong(
  layout: StoreLayout,
  database: Failure,
  given: readonly string[],
): Promise<Result<ReadonlySet<string>>> {
  if (layout.store === '/gnu/store' || given.length === 0) return ok(new Set(given));
  const invalid = await nixStore(layout, database, ['--check-validity', '--print-invalid', ...given], []);
  if (!invalid.ok) return invalid;
  const gone = new Set(invalid.value);
  return ok(new Set(given.filter(path => !gone.has(path))));
}

const FROM_DATABASE = "the store's database";

function instead(who: string, failure: Failure): string {
  return `${who}, as the store's database does not answer (${failure.because ?? 'for no known reason'})`;
}

function neither(wanted: string, database: Failure, program: Failure): ReturnType<typeof fail> {
  const because = `the store's database does not answer (${database.because ?? 'for no known reason'}), and neither does nix-store (${program.because ?? program.errno ?? 'for no known reason'})`;
  return fail(wanted, { because });
}

function isDerivation(path: string): boolean {
  return path.endsWith('.drv');
}

function derivation(row: Row): readonly StoredDerivation[] {
  const [path, registeredAt] = row;
  if (typeof path !== 'string' || !isDerivation(path)) return [];
  return [{ path, registeredAt: typeof registeredAt === 'number' ? registeredAt : null }];
}

function texts(column: unknown): readonly string[] {
  const parsed: unknown = typeof column === 'string' ? JSON.parse(column) : [];
  return Array.isArray(parsed) ? parsed.filter(entry => typeof entry === 'string') : [];
}
