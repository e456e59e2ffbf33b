/**
 * Kept directories as files of the repository (fixtures/kept): written from what real Nix kept, and laid out again. Git
 * keeps no modes but the executable bit, no FIFOs and no empty directories, so a list beside the files tells them.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { logOf } from './arrange.ts';
import type { Kept, Kind } from './kept.ts';
import { PROJECT } from './program.ts';

/** The kinds that are recorded. `odd-files` is not: its names and FIFOs are no matter for git. */
export const RECORDED = [
  'plain-new',
  'plain-old',
  'fixed-output',
  'structured-attrs',
  'multiple-outputs',
  'tricky',
  'tricky-new',
  'raw',
  'oracle.plain',
  'oracle.fixed-output',
  'oracle.structured-attrs',
  'oracle.multiple-outputs',
] as const satisfies readonly Kind[];
export type RecordedKind = (typeof RECORDED)[number];

/** The kinds that are recorded of the Nixes of newer Debians, too: the derivations are the same. */
export const RECORDED_NEWER = [
  'plain-new',
  'fixed-output',
  'structured-attrs',
  'multiple-outputs',
  'raw',
  'oracle.plain',
  'oracle.fixed-output',
  'oracle.structured-attrs',
  'oracle.multiple-outputs',
] as const satisfies readonly RecordedKind[];
export type NewerKind = (typeof RECORDED_NEWER)[number];

type Entry =
  | { readonly path: string; readonly type: 'file'; readonly mode: string }
  | { readonly path: string; readonly type: 'directory'; readonly mode: string }
  | { readonly path: string; readonly type: 'fifo'; readonly mode: string }
  | { readonly path: string; readonly type: 'link'; readonly target: string };

/** fixtures/kept/KIND.json */
export interface Recording {
  /** `2.8.0` */
  readonly nix: string;
  /** The directory that Nix named. */
  readonly path: string;
  readonly name: string;
  readonly drv: string;
  readonly entries: readonly Entry[];
  /** The directories themselves and the log, where they were recorded. */
  readonly left?: Left;
}

interface Left {
  /** `0755 0:0`: mode and owner of the top directory (of the content where that is flat). */
  readonly top: string;
  readonly content: string;
  /** The log's mode. */
  readonly log: string;
  /** When the log was last written, before or after the content directory was last changed, which is when it was kept. */
  readonly logAfterMs: number;
}

/** What the installed Nix (2.8.0) left. */
export const RECORDINGS = join(PROJECT, 'fixtures/kept');
/** What others left: a directory for each version. */
export const NEWER = join(PROJECT, 'fixtures/kept-by');

/** The versions in {@link NEWER}. */
export function newerVersions(): string[] {
  return readdirSync(NEWER);
}

function recordingsOf(nix: string | null): string {
  return nix === null ? RECORDINGS : join(NEWER, nix);
}

function entriesBelow(directory: string, below = ''): Entry[] {
  return readdirSync(join(directory, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): Entry[] => {
      const path = below === '' ? entry.name : join(below, entry.name);
      const mode = (lstatSync(join(directory, path)).mode & 0o7777).toString(8).padStart(4, '0');
      if (entry.isSymbolicLink()) return [{ path, type: 'link', target: readlinkSync(join(directory, path)) }];
      if (entry.isFIFO()) return [{ path, type: 'fifo', mode }];
      if (entry.isDirectory()) return [{ path, type: 'directory', mode }, ...entriesBelow(directory, path)];
      return [{ path, type: 'file', mode }];
    });
}

/** Writes KIND and KIND.json below `recordings` from what Nix kept. As root: env-vars is a build user's. */
export function recordKept(kind: RecordedKind, kept: Kept, nix: string, recordings: string): void {
  const to = join(recordings, kind);
  rmSync(to, { recursive: true, force: true });
  // The probe's report is what fixtures/oracle records.
  const entries = entriesBelow(kept.path).filter(entry => entry.path !== 'report');
  const { name, drv } = kept;
  const path = kept.store === '/' ? kept.path : kept.path.slice(kept.store.length);
  const recording: Recording = { nix, path, name, drv, entries, ...(kept.store === '/' ? {} : { left: leftOf(kept) }) };
  mkdirSync(to, { recursive: true });
  writeFileSync(`${to}.json`, `${JSON.stringify(recording, null, 2)}\n`);
  for (const entry of entries) {
    if (entry.type === 'directory') mkdirSync(join(to, entry.path));
    if (entry.type === 'file') copyFileSync(join(kept.path, entry.path), join(to, entry.path));
    // All can read the checkout's files, so that it can be copied and packed; the list has the true modes.
    if (entry.type === 'file') chmodSync(join(to, entry.path), (Number.parseInt(entry.mode, 8) & 0o111) | 0o644);
  }
}

function leftOf(kept: Kept): Left {
  const said = (path: string) => {
    const { mode, uid, gid } = lstatSync(path);
    return `${(mode & 0o7777).toString(8).padStart(4, '0')} ${uid}:${gid}`;
  };
  const log = lstatSync(logOf(kept));
  const top = basename(kept.path) === 'build' ? dirname(kept.path) : kept.path;
  return {
    top: said(top),
    content: said(kept.path),
    log: said(logOf(kept)).slice(0, 4),
    logAfterMs: Math.round(log.mtimeMs - lstatSync(kept.path).ctimeMs),
  };
}

/** The list of a recorded kind; `nix`: of that version in {@link NEWER}. */
export function readRecording(kind: RecordedKind, nix: string | null = null): Recording {
  return JSON.parse(readFileSync(join(recordingsOf(nix), `${kind}.json`), 'utf8')) as Recording;
}

export interface LayOutOptions {
  /** The mode of env-vars instead of the recorded one: 0600 of somebody else cannot be read. */
  readonly envVarsMode?: number;
  /** Who owns it; only root can give it away. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** A version of {@link NEWER}; the installed Nix' where it is not given. */
  readonly nix?: string | null;
}

/** Lays the recorded directory out under the name that Nix gave it, with modes and FIFOs, and gives the path of the top one. */
export function layOut(kind: RecordedKind, under: string, options: LayOutOptions = {}): string {
  const nix = options.nix ?? null;
  const { name, path: named, entries } = readRecording(kind, nix);
  const nested = basename(named) === 'build';
  const outer = join(under, nested ? basename(dirname(named)) : `nix-build-${name}.drv-0`);
  const to = nested ? join(outer, 'build') : outer;
  mkdirSync(to, { mode: 0o755, recursive: true });
  for (const entry of entries) {
    const path = join(to, entry.path);
    if (entry.type === 'directory') mkdirSync(path);
    else if (entry.type === 'file') copyFileSync(join(recordingsOf(nix), kind, entry.path), path);
    else if (entry.type === 'fifo') execFileSync('mkfifo', [path]);
    else symlinkSync(entry.target, path);
  }
  // Backwards: a directory that may not be entered is closed after what it holds.
  for (const entry of [...entries].reverse())
    if (entry.type !== 'link') chmodSync(join(to, entry.path), Number.parseInt(entry.mode, 8));
  if (options.envVarsMode !== undefined) chmodSync(join(to, 'env-vars'), options.envVarsMode);
  if (options.owner !== undefined) execFileSync('chown', ['-hR', `${options.owner.uid}:${options.owner.gid}`, to]);
  return outer;
}
