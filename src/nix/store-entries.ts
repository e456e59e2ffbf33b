/** Store paths as they are on the disk: what each is, and whether it is there at all. */
import { lstatSync, readlinkSync } from 'node:fs';
import { fromBytes, fsPath } from '../base/path.ts';
import type { StoreLayout } from './store-layout.ts';

/** A store path by its base name. */
export type StoreEntry =
  | { readonly name: string; readonly type: 'directory' | 'file' }
  | { readonly name: string; readonly type: 'link'; readonly target: string };

const BASE_NAME = /^[0-9abcdfghijklmnpqrsvwxyz]{32}-[A-Za-z0-9+._?=-]{1,211}$/;

/** The base name of a path directly in the store; null for anything else: names come from files that nobody vouches for. */
export function storeBaseName(layout: StoreLayout, path: string): string | null {
  if (!path.startsWith(`${layout.store}/`)) return null;
  const name = path.slice(layout.store.length + 1);
  return BASE_NAME.test(name) ? name : null;
}

/** Whether it is the base name of a store path. */
export function isStoreBaseName(value: unknown): value is string {
  return typeof value === 'string' && BASE_NAME.test(value);
}

/** Whether it has the form of a {@link StoreEntry}: not that it is there. */
export function isStoreEntry(value: unknown): value is StoreEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { name, type, target } = value as Partial<Record<'name' | 'type' | 'target', unknown>>;
  const isLink = type === 'link' && typeof target === 'string' && target !== '' && !target.includes('\0');
  return isStoreBaseName(name) && (type === 'directory' || type === 'file' || isLink);
}

/** What is there, sorted by name; names that are not there, or of no store path, are left out. */
export function storeEntries(layout: StoreLayout, names: Iterable<string>): readonly StoreEntry[] {
  return [...new Set(names)].sort().flatMap(name => entryOf(layout, name) ?? []);
}

function entryOf(layout: StoreLayout, name: string): StoreEntry | null {
  if (!BASE_NAME.test(name)) return null;
  const path = `${layout.root}${layout.store}/${name}`;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (stats.isSymbolicLink()) return { name, type: 'link', target: fromBytes(readlinkSync(fsPath(path), 'buffer')) };
  return stats.isDirectory() ? { name, type: 'directory' } : stats.isFile() ? { name, type: 'file' } : null;
}
