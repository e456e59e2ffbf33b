/** Finds a kept build's log (nix-sandbox.md, section 8), and says how: a guess is not a fact. */

import { type LogCandidate, type LogEntry, logCandidates, logsOfDerivation } from './find-log.ts';
import type { KeptBuild } from './kept-build.ts';
import type { StoreLayout } from './store-layout.ts';

export interface FoundLog {
  /** Null where there is none, and where several fit. */
  readonly log: LogCandidate | null;
  /** How it was found, or why it was not: one sentence without a full stop. */
  readonly foundBy: string;
  /** Several that fit, the nearest first: it was left open. */
  readonly candidates: readonly LogCandidate[];
}

export interface LogSearch {
  /** `/nix/store/<hash>-x.drv`, where it is known. */
  readonly derivation?: string | null;
  /** What `listLogs` gave, for many builds. */
  readonly listing?: readonly LogEntry[];
}

/** The log ends, then the directory is given its last mode: measured 0 ms apart, and a loaded machine may take a while. */
const FITS_MS = 5000;
/** A log that ended so long before the failing phase began is of another attempt. Clocks of file systems tick coarsely. */
const BEFORE_PHASE_MS = -2000;

/** The log of a build: by its derivation, else by its name and the time, else by the time alone. */
export async function findBuildLog(build: KeptBuild, layout: StoreLayout, search: LogSearch = {}): Promise<FoundLog> {
  const { derivation = null, listing } = search;
  if (derivation !== null) {
    const log = logsOfDerivation(build, layout, derivation)[0];
    return log === undefined
      ? none(`there is no log of ${derivation} in ${layout.logs}`)
      : { log, foundBy: `it is the log of ${derivation}${time(log)}`, candidates: [] };
  }
  const all = await logCandidates(build, layout, listing);
  const possible = all.filter(({ sincePhaseMs }) => sincePhaseMs === null || sincePhaseMs >= BEFORE_PHASE_MS);
  const fitting = possible.filter(({ distanceMs }) => Math.abs(distanceMs) <= FITS_MS);
  const nearest = fitting.filter(log => asNear(log, fitting[0]));
  if (nearest[0] !== undefined) return chosen(nearest[0], nearest, build);
  if (build.name === null) return none(`no log in ${layout.logs} ended when the directory was kept`);
  return byNameAlone(build.name.value, possible, all.length, layout);
}

/** Whether a log fits as well as the nearest one does: within a second, or within four times its distance. */
function asNear(log: LogCandidate, first: LogCandidate | undefined): boolean {
  return first !== undefined && Math.abs(log.distanceMs) <= Math.max(1000, 4 * Math.abs(first.distanceMs));
}

function chosen(log: LogCandidate, nearest: readonly LogCandidate[], build: KeptBuild): FoundLog {
  const of = build.name === null ? '' : ` of ${build.name.value}`;
  if (nearest.length > 1)
    return { log: null, foundBy: `${nearest.length} logs${of} ended when the directory was kept`, candidates: nearest };
  return { log, foundBy: `it is the log${of} that ended when the directory was kept`, candidates: [] };
}

function byNameAlone(name: string, possible: readonly LogCandidate[], all: number, layout: StoreLayout): FoundLog {
  const only = possible[0];
  if (only === undefined)
    return none(
      all === 0
        ? `there is no log of ${name} in ${layout.logs}`
        : `the logs of ${name} in ${layout.logs} ended before the failing phase of this build began`,
    );
  if (possible.length > 1)
    return { log: null, foundBy: `${possible.length} logs of ${name} may be its own`, candidates: possible };
  return { log: only, foundBy: `it is the only log of ${name}${time(only)}`, candidates: [] };
}

function none(foundBy: string): FoundLog {
  return { log: null, foundBy, candidates: [] };
}

/** What the times say against the pairing. Each attempt at a derivation overwrites the log of the one before. */
function time({ distanceMs }: LogCandidate): string {
  if (Math.abs(distanceMs) <= FITS_MS) return '';
  const long = duration(Math.round(Math.abs(distanceMs) / 1000));
  return distanceMs > 0
    ? `, but it ended ${long} after the directory was kept: it may be of a later attempt`
    : `, but it ended ${long} before the directory was kept or last changed: it may be a copy, or the log of an earlier attempt`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
