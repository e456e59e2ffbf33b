/** Looking for kept builds again: what was learnt of a directory is forgotten when another one has its name. */
import type { KeptBuild } from '../../nix/kept-build.ts';
import { type App, get, set } from '../app.ts';
import { NO_LOG_PLACE } from '../log-place.ts';
import { nameOf, selectedBuild } from '../state.ts';
import { rearrange } from './list.ts';

/** One after the other: what was looked at first must not be shown last. */
const looking = new WeakMap<App, Promise<void>>();

/**
 * Looks for kept builds again.
 * @param anew the person asks: all that is known is looked at again, and a log that was not there may be found
 */
export function rescan(app: App, anew = false): Promise<void> {
  const next = (looking.get(app) ?? Promise.resolve()).then(() => look(app, anew));
  looking.set(
    app,
    next.catch(() => undefined),
  );
  return next;
}

async function look(app: App, anew: boolean): Promise<void> {
  const found = await app.core.list();
  const before = new Map(get(app).builds.map(build => [build.outer as string, build]));
  // The same object is the same build, of which nothing has to be learnt again.
  const builds = found.map(build => {
    const known = before.get(build.outer);
    return known !== undefined && !anew && isSame(known, build) ? known : build;
  });
  const kept = new Set(builds);
  const others = [...before.values()].filter(build => !kept.has(build));
  // Asked anew, what is known of the same directory stays on the screen until it is learnt.
  const same = new Set(
    found.filter(build => isSame(before.get(build.outer), build)).map(({ outer }) => outer as string),
  );
  forget(app, others, ({ outer }) => !same.has(outer));
  const selected = selectedBuild(get(app));
  rearrange(app, { builds });
  set(app, { nowMs: Date.now() });
  // The cursor is on another build now: in a panel that is of one, nobody would see that.
  const gone = selected !== null && !builds.some(({ outer }) => outer === selected.outer);
  if (gone && get(app).toast === null) set(app, { toast: `${nameOf(get(app), selected)} is gone` });
}

/** Whether it is the directory that was seen before, and as it was. */
function isSame(before: KeptBuild | undefined, now: KeptBuild): boolean {
  const telling = ({ keptAtMs, content, owner, access, envFile }: KeptBuild): string =>
    JSON.stringify([keptAtMs, content, owner, access, envFile]);
  return before !== undefined && telling(before) === telling(now);
}

function forget(app: App, gone: readonly KeptBuild[], wholly: (build: KeptBuild) => boolean): void {
  if (gone.length === 0) return;
  const state = get(app);
  const outers = new Set<string>(gone.map(({ outer }) => outer));
  const facts = new Set<string>(gone.filter(wholly).map(({ outer }) => outer));
  const without = <T>(known: ReadonlyMap<string, T>, names: ReadonlySet<string>): ReadonlyMap<string, T> =>
    new Map([...known].filter(([outer]) => !names.has(outer)));
  for (const outer of outers) {
    void app.openLogs.get(outer)?.close();
    app.openLogs.delete(outer);
  }
  set(app, {
    facts: without(state.facts, facts),
    details: without(state.details, outers),
    plans: without(state.plans, outers),
    logs: without(state.logs, outers),
    log: state.log.of !== null && outers.has(state.log.of) ? NO_LOG_PLACE : state.log,
  });
}
