/**
 * Remembers closures, so that a later start need not ask the store: a store path's references never change. In the caller's own cache
 * directory, and not believed even there: names must be those of store paths, and what is not there (any more) fails to be mounted, after
 * which everything is forgotten and the store is asked.
 */
import { lstatSync, readdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { fsPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { lookAt, readRegularFile } from '../nix/read-regular.ts';
import { isStoreBaseName, isStoreEntry, type StoreEntry } from '../nix/store-entries.ts';
import { makeDirectories } from './make-directories.ts';
import { cacheDirectory, type PlaceEnvironment } from './place.ts';

/** What is remembered of a store path. */
export interface Remembered {
  readonly version: 2;
  /** The store's root (`--store`), which another one must not be taken for. */
  readonly root: string;
  /** The derivation's path; null where the closure is that of a path itself. */
  readonly derivation: string | null;
  readonly entries: readonly StoreEntry[];
  readonly outputs: readonly string[];
}

const MAX_BYTES = 16 * 1024 * 1024;
/** Closures that are used again and again are written again when they were forgotten. */
const MAX_FILES = 200;

/** @param key the base name of a store path */
export function recall(environment: PlaceEnvironment, root: string, key: string): Remembered | null {
  const directory = cacheDirectory(environment, 'closures');
  if (directory === null) return null;
  const path = `${directory}/${key}.json`;
  // Under sudo, the home directory may be another user's.
  if (lookAt(path).stats?.uid !== process.geteuid?.()) return null;
  const bytes = readRegularFile(path, { maxBytes: MAX_BYTES });
  if (!bytes.ok) return null;
  try {
    const found: unknown = JSON.parse(bytes.value.toString('utf8'));
    return isRemembered(found) && found.root === root ? found : null;
  } catch {
    return null;
  }
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { version, root, derivation, entries, outputs } = value as Partial<Record<keyof Remembered, unknown>>;
  const named = derivation === null || typeof derivation === 'string';
  const outputsFit = Array.isArray(outputs) && outputs.every(isStoreBaseName);
  return (
    version === 2 && typeof root === 'string' && named && outputsFit && Array.isArray(entries) && areEntries(entries)
  );
}

function areEntries(entries: readonly unknown[]): boolean {
  const names = new Set(entries.map(entry => (isStoreEntry(entry) ? entry.name : null)));
  return names.size === entries.length && !names.has(null);
}

/** Forgets all closures: one of them was not true. */
export function forgetClosures(environment: PlaceEnvironment): void {
  const directory = cacheDirectory(environment, 'closures');
  try {
    if (directory !== null)
      for (const name of readdirSync(fsPath(directory))) unlinkSync(fsPath(`${directory}/${name}`));
  } catch {
    trace('nix', `${directory} cannot be emptied`);
  }
}

/** Where it cannot be written, the next start asks again. */
export function remember(environment: PlaceEnvironment, key: string, what: Remembered): void {
  const directory = cacheDirectory(environment, 'closures');
  if (directory === null) return;
  const path = `${directory}/${key}.json`;
  try {
    makeDirectories(directory);
    // Under sudo, the home directory may be another user's.
    if (lstatSync(fsPath(directory)).uid !== process.geteuid?.()) return;
    forgetOldest(directory);
    writeWhole(path, JSON.stringify(what));
  } catch {
    trace('nix', `the closure is not remembered in ${path}`);
  }
}

/** Another start sees all of it or nothing; where it cannot be written (a full disk), nothing of it stays. */
function writeWhole(path: string, text: string): void {
  const unfinished = fsPath(`${path}.${process.pid}`);
  try {
    writeFileSync(unfinished, text, { mode: 0o600 });
    renameSync(unfinished, fsPath(path));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

function forgetOldest(directory: string): void {
  const names = readdirSync(fsPath(directory));
  if (names.length < MAX_FILES) return;
  const ages = names.map(name => ({ name, atMs: statSync(fsPath(`${directory}/${name}`)).mtimeMs }));
  ages.sort((a, b) => a.atMs - b.atMs);
  for (const { name } of ages.slice(0, MAX_FILES / 2)) unlinkSync(fsPath(`${directory}/${name}`));
}
