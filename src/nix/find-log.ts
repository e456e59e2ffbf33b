/**
 * Which build logs there are, and which could be a kept build's (nix-sandbox.md, section 8). Names and times only: no log is
 * opened here. A log's name is its derivation's, so this pairs a directory with its derivation, too.
 */
import { type Dirent, readdirSync, type Stats } from 'node:fs';
import { type HostPath, hostPath } from '../base/path.ts';
import { nameInStore } from './drv-name.ts';
import type { KeptBuild } from './kept-build.ts';
import { baseName } from './layout.ts';
import { lookAt } from './read-regular.ts';
import { slices } from './slices.ts';
import type { StoreLayout } from './store-layout.ts';

/** How a log's bytes are packed, as its name says. Nix writes bz2 or plain; Guix gzip, too. */
export type LogCompression = 'none' | 'bz2' | 'gzip' | 'zstd';

/** A file that has the name of a log. */
export interface LogEntry {
  readonly path: HostPath;
  /** The derivation's base name: `<hash>-hello-2.12.1.drv`. */
  readonly drv: string;
  readonly compression: LogCompression;
}

/** A log that may be a kept build's. */
export interface LogCandidate extends LogEntry {
  readonly sizeBytes: number;
  /** When its build ended, milliseconds since 1970: Nix closes the log then. */
  readonly modifiedAtMs: number;
  /** How long after the directory was kept that was; negative: before. Measured with Nix 2.34: 0 to the clock's tick. */
  readonly distanceMs: number;
  /** How long after `env-vars` was written, which is when the failing phase began; negative: the log is of an earlier build. */
  readonly sincePhaseMs: number | null;
}

const ENDINGS: readonly (readonly [ending: string, LogCompression])[] = [
  ['', 'none'],
  ['.bz2', 'bz2'],
  ['.gz', 'gzip'],
  ['.zst', 'zstd'],
];

/** Farther from the directory's time than this, nothing but a name can pair a log with it. */
const NEAR_MS = 60_000;

/**
 * The names of all logs: one listing of each directory of `layout.logs`, nothing is opened. Keep it to ask for
 * many builds at once; what a log was when it was first asked about is remembered with it, so list again to see what came since.
 */
export async function listLogs(layout: StoreLayout, signal?: AbortSignal): Promise<readonly LogEntry[]> {
  const pause = slices(signal);
  const found: LogEntry[] = [];
  for (const directory of listed(layout.logs)) {
    await pause();
    // LogFile::LogFile: the first two characters are a directory; the flat form is what getBuildLogExact also accepts.
    if (!directory.isDirectory()) push(found, directory.name, `${layout.logs}/${directory.name}`);
    else if (directory.name.length === 2)
      for (const file of listed(`${layout.logs}/${directory.name}`))
        push(found, `${directory.name}${file.name}`, `${layout.logs}/${directory.name}/${file.name}`);
  }
  return found;
}

function push(found: LogEntry[], whole: string, path: string): void {
  const end = whole.lastIndexOf('.drv') + 4;
  const packed = ENDINGS.find(([ending]) => ending === whole.slice(end));
  const drv = whole.slice(0, end);
  if (packed !== undefined && nameInStore(drv) !== null)
    found.push({ path: hostPath(path), drv, compression: packed[1] });
}

function listed(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    // Not there (`keep-build-log = false`, another machine) or closed: there is no log, which is what will be said.
    return [];
  }
}

/** The logs of exactly this derivation, the newest first: one, but where the compression was changed between two attempts. */
export function logsOfDerivation(build: KeptBuild, layout: StoreLayout, drvPath: string): readonly LogCandidate[] {
  const drv = baseName(drvPath);
  const places = [`${layout.logs}/${drv.slice(0, 2)}/${drv.slice(2)}`, `${layout.logs}/${drv}`];
  return ENDINGS.flatMap(([ending, compression]) =>
    places.map(place => candidate({ path: hostPath(`${place}${ending}`), drv, compression }, build)),
  )
    .filter(log => log !== null)
    .sort((a, b) => b.modifiedAtMs - a.modifiedAtMs);
}

/**
 * The logs that could be the build's, the nearest in time first: where its name is known all logs of that name, else those
 * that ended within a minute of the moment in which the directory was kept.
 * @param listing what {@link listLogs} gave, where it is there already
 */
export async function logCandidates(
  build: KeptBuild,
  layout: StoreLayout,
  listing?: readonly LogEntry[],
): Promise<readonly LogCandidate[]> {
  const pause = slices();
  const wanted = build.name === null ? null : `${build.name.value}.drv`;
  const found: LogCandidate[] = [];
  for (const entry of listing ?? (await listLogs(layout))) {
    if (wanted !== null && (entry.drv.length !== wanted.length + 33 || !entry.drv.endsWith(wanted))) continue;
    await pause();
    const log = candidate(entry, build);
    if (log !== null && (wanted !== null || Math.abs(log.distanceMs) <= NEAR_MS)) found.push(log);
  }
  return found.sort((a, b) => Math.abs(a.distanceMs) - Math.abs(b.distanceMs));
}

/** What a listed log was when it was first asked about: for a list of builds without names, all logs are asked about for each. */
const looked = new WeakMap<LogEntry, Stats | null>();

function statsOf(entry: LogEntry): Stats | null {
  const known = looked.get(entry);
  if (known !== undefined) return known;
  const { stats } = lookAt(entry.path);
  looked.set(entry, stats);
  return stats;
}

function candidate(entry: LogEntry, build: KeptBuild): LogCandidate | null {
  const stats = statsOf(entry);
  if (stats?.isFile() !== true) return null;
  const phaseBeganMs = build.envFile?.modifiedAtMs ?? null;
  return {
    ...entry,
    sizeBytes: stats.size,
    modifiedAtMs: stats.mtimeMs,
    distanceMs: stats.mtimeMs - build.keptAtMs,
    sincePhaseMs: phaseBeganMs === null ? null : stats.mtimeMs - phaseBeganMs,
  };
}
