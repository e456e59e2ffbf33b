/** The logs of builds, for the commands: within a time that a person does not notice. */
import { trace } from '../base/trace.ts';
import { type FoundLog, findBuildLog } from '../nix/build-log.ts';
import { type LogEntry, listLogs } from '../nix/find-log.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { type BuildLog, buildLog } from '../nix/log/of-build.ts';
import { type StoreLayout, storeLayout } from '../nix/store-layout.ts';
import type { RunOptions } from './arguments.ts';
import { prepare } from './prepare.ts';

/** For all logs of a list together, and for one of them. A block of bzip2 takes some 60 ms, the first one 250 where the machine is busy. */
const LIST_MS = 700;
const ONE_MS = 400;
/** For the only log that is asked for. */
const SHOW_MS = 2000;

const TOO_LATE: BuildLog = {
  summary: null,
  drv: null,
  foundBy: 'there was no time left to read its log',
  candidates: [],
};

function layoutOf(build: KeptBuild, store: string | null): StoreLayout {
  return storeLayout(store, build.system, process.env);
}

/** What the logs of builds tell, in the order of the builds: those at the end have to do without, where there are very many. */
export async function buildLogs(builds: readonly KeptBuild[], store: string | null): Promise<readonly BuildLog[]> {
  const listings = new Map<string, Promise<readonly LogEntry[]>>();
  const untilMs = performance.now() + LIST_MS;
  const found: BuildLog[] = [];
  for (const build of builds) {
    const layout = layoutOf(build, store);
    const listing = listings.get(layout.logs) ?? listLogs(layout);
    listings.set(layout.logs, listing);
    const leftMs = untilMs - performance.now();
    found.push(
      leftMs <= 0
        ? TOO_LATE
        : await buildLog(build, layout, { listing: await listing, budgetMs: Math.min(leftMs, ONE_MS) }),
    );
  }
  trace('time', 'logs read');
  return found;
}

/** How many of them there was no time to read. */
export function unreadLogs(logs: readonly BuildLog[]): number {
  return logs.filter(log => log === TOO_LATE).length;
}

/** What the log of one build tells. */
export function oneBuildLog(build: KeptBuild, store: string | null, derivation: string | null): Promise<BuildLog> {
  return buildLog(build, layoutOf(build, store), { derivation, budgetMs: SHOW_MS });
}

/** The log of a build: by the derivation that was named, by name and time, else by the derivation that is found. */
export async function findLogOf(build: KeptBuild, options: RunOptions): Promise<FoundLog> {
  const layout = layoutOf(build, options.store);
  const found = await findBuildLog(build, layout, { derivation: options.derivation });
  if (found.log !== null || options.derivation !== null) return found;
  const prepared = await prepare(build, options, { wantDerivation: true });
  const derivation = prepared.ok ? (prepared.value.derivation?.path ?? null) : null;
  return derivation === null ? found : findBuildLog(build, layout, { derivation });
}
