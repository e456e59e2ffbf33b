/** What the UI learns of builds in the background: names, logs, sizes, store paths that are missing. */
import { lstatSync } from 'node:fs';
import { fail, ok, type Result } from '../base/failure.ts';
import { fsPath, storePath } from '../base/path.ts';
import type { EnvVars } from '../nix/env-vars.ts';
import { readEnvironment } from '../nix/environment.ts';
import { type LogEntry, listLogs } from '../nix/find-log.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { openLog } from '../nix/log/bytes.ts';
import { openLogIndex } from '../nix/log/log-index.ts';
import { buildLog, chooseLog } from '../nix/log/of-build.ts';
import { withEnvironment } from '../nix/refine.ts';
import { type StoreLayout, storeLayout } from '../nix/store-layout.ts';
import { treeSize } from '../nix/tree-size.ts';
import type { OpenLog } from '../ui/core.ts';
import type { Facts } from '../ui/facts.ts';
import type { RunOptions } from './arguments.ts';
import { findLogOf } from './build-log.ts';

/** A list of builds wants to know much of many: no log may take longer than this. */
const LOG_BUDGET_MS = 300;
/** Store paths that are looked at for one environment. */
const MOST_PATHS = 2000;

/** The names of all logs, listed once for each store. */
export type LogListings = (layout: StoreLayout) => Promise<readonly LogEntry[]>;

/** Listings that are asked for again only after a while: a log comes with its directory. */
export function logListings(): LogListings {
  const known = new Map<string, { readonly at: number; readonly entries: Promise<readonly LogEntry[]> }>();
  return layout => {
    const listed = known.get(layout.logs);
    if (listed !== undefined && performance.now() - listed.at < 2000) return listed.entries;
    const entries = listLogs(layout);
    known.set(layout.logs, { at: performance.now(), entries });
    return entries;
  };
}

interface Gathering {
  readonly store: string | null;
  readonly known: (facts: Partial<Facts>) => void;
  readonly signal: AbortSignal;
  readonly logs: LogListings;
}

/** Tells a build's facts as they become known: the quick ones first. */
export async function gatherFacts(build: KeptBuild, { store, known, signal, logs }: Gathering): Promise<void> {
  const named = withName(build);
  if (named !== build) known({ name: named.name?.value ?? null, version: named.packageVersion });
  const layout = storeLayout(store, build.system, process.env);
  const { summary } = await buildLog(named, layout, { listing: await logs(layout), budgetMs: LOG_BUDGET_MS, signal });
  if (summary !== null) {
    const { failingPhase, lastError, lastLine } = summary;
    known({ phase: failingPhase?.replace(/Phase$/, '') ?? null, lastError: lastError ?? lastLine });
  }
  const size = await treeSize(build.content, {
    signal,
    onProgress: ({ diskBytes, files }) => known({ sizeBytes: diskBytes, files }),
  });
  // Of what is closed as a whole nothing was counted.
  if (size.closed === 0 || size.files + size.directories > 0)
    known({ sizeBytes: size.diskBytes, files: size.files, partly: size.closed > 0 });
}

function withName(build: KeptBuild): KeptBuild {
  if (build.name !== null) return build;
  const env = readEnvironment(build);
  return env.ok ? withEnvironment(build, env.value) : build;
}

/** Finds and opens the log of a build, as `log DIR` does. */
export async function openBuildLog(build: KeptBuild, options: RunOptions): Promise<Result<OpenLog>> {
  const found = await findLogOf(withName(build), options);
  const { log, foundBy } = found;
  if (log === null) return fail(`find the log of ${build.outer}`, { because: foundBy, hint: chooseLog(found, build) });
  const opened = openLog(log);
  return opened.ok ? ok({ index: openLogIndex(opened.value), foundBy }) : opened;
}

/** The store paths in an environment's values that are not there (any more). */
export function missingPaths(env: EnvVars, store: string | null): ReadonlySet<string> {
  const missing = new Set<string>();
  const seen = new Map<string, boolean>();
  for (const { value } of env.variables) {
    if (value === null || !value.includes('/store/') || value.includes('\n')) continue;
    for (const word of value.split(/[\s:]+/)) {
      const path = storePath(word);
      if (path === null || (seen.size >= MOST_PATHS && !seen.has(path))) continue;
      const there =
        seen.get(path) ?? lstatSync(fsPath(`${store ?? ''}${path}`), { throwIfNoEntry: false }) !== undefined;
      seen.set(path, there);
      if (!there) missing.add(word);
    }
  }
  return missing;
}
