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
import { join } from 'node:path';
import { type Kept, type Kind, keptBuild } from './kept.ts';
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
}

export const RECORDINGS = join(PROJECT, 'fixtures/kept');

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

/** Writes fixtures/kept/KIND and KIND.json from what this machine's Nix keeps. As root: env-vars is a build user's. */
export function recordKept(kind: RecordedKind, nix: string): Kept {
  const kept = keptBuild(kind);
  const to = join(RECORDINGS, kind);
  rmSync(to, { recursive: true, force: true });
  // The probe's report is what fixtures/oracle records.
  const entries = entriesBelow(kept.path).filter(entry => entry.path !== 'report');
  const recording: Recording = { nix, path: kept.path, name: kept.name, drv: kept.drv, entries };
  mkdirSync(to, { recursive: true });
  writeFileSync(`${to}.json`, `${JSON.stringify(recording, null, 2)}\n`);
  for (const entry of entries) {
    if (entry.type === 'directory') mkdirSync(join(to, entry.path));
    if (entry.type === 'file') copyFileSync(join(kept.path, entry.path), join(to, entry.path));
    // All can read the checkout's files, so that it can be copied and packed; the list has the true modes.
    if (entry.type === 'file') chmodSync(join(to, entry.path), (Number.parseInt(entry.mode, 8) & 0o111) | 0o644);
  }
  return kept;
}

/** The list of a recorded kind. */
export function readRecording(kind: RecordedKind): Recording {
  return JSON.parse(readFileSync(join(RECORDINGS, `${kind}.json`), 'utf8')) as Recording;
}

export interface LayOutOptions {
  /** The mode of env-vars instead of the recorded one: 0600 of somebody else cannot be read. */
  readonly envVarsMode?: number;
  /** Who owns it; only root can give it away. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Lays the recorded directory out as `under/nix-build-NAME.drv-0`, with modes and FIFOs, and gives its path. */
export function layOut(kind: RecordedKind, under: string, options: LayOutOptions = {}): string {
  const { name, entries } = readRecording(kind);
  const to = join(under, `nix-build-${name}.drv-0`);
  mkdirSync(to, { mode: 0o755 });
  for (const entry of entries) {
    const path = join(to, entry.path);
    if (entry.type === 'directory') mkdirSync(path);
    else if (entry.type === 'file') copyFileSync(join(RECORDINGS, kind, entry.path), path);
    else if (entry.type === 'fifo') execFileSync('mkfifo', [path]);
    else symlinkSync(entry.target, path);
  }
  // Backwards: a directory that may not be entered is closed after what it holds.
  for (const entry of [...entries].reverse())
    if (entry.type !== 'link') chmodSync(join(to, entry.path), Number.parseInt(entry.mode, 8));
  if (options.envVarsMode !== undefined) chmodSync(join(to, 'env-vars'), options.envVarsMode);
  if (options.owner !== undefined) execFileSync('chown', ['-hR', `${options.owner.uid}:${options.owner.gid}`, to]);
  return to;
}
