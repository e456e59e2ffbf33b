/** What is read when a person looks at it: environment, plan and log of the selected build. */
import { fail, type Result } from '../../base/failure.ts';
import type { KeptBuild } from '../../nix/kept-build.ts';
import { type App, get, set } from '../app.ts';
import { panels } from '../layout.ts';
import { choicesOf, type Loaded, type State, selectedBuild } from '../state.ts';
import { openLog, showLines } from './log.ts';

/** Loads what the visible panels show of the selected build, where that was not done yet. */
export function loadSelected(app: App): void {
  const state = get(app);
  const build = selectedBuild(state);
  if (build === null) return;
  const visible = new Set(panels(state).map(({ panel }) => panel));
  if (visible.has('env') || visible.has('plan')) loadDetails(app, build);
  if (visible.has('plan')) loadPlan(app, build);
  if (visible.has('log')) loadLog(app, build);
}

/** Loads what a panel shows that a larger terminal has room for. @returns the end of that */
export function followSize(app: App): () => void {
  return app.store.subscribe((state, before) => {
    if (state.size === before.size) return;
    loadSelected(app);
    showLines(app);
  });
}

/** Reads the environment of a build, once. */
export function loadDetails(app: App, build: KeptBuild): void {
  once(app, 'details', build, () => app.core.load(build));
}

/** Makes the plan of a build, where none was made yet. */
function loadPlan(app: App, build: KeptBuild): void {
  if (!get(app).plans.has(build.outer)) void planAgain(app, build, () => () => undefined);
}

/** Opens the log of a build, once. */
export function loadLog(app: App, build: KeptBuild): void {
  once(app, 'logs', build, () => openLog(app, build));
}

/**
 * Makes the plan again, as the choices changed; until it is there the one before stays.
 * @param around called before the new one is shown; what it gives is called after
 */
export async function planAgain(app: App, build: KeptBuild, around: () => () => void): Promise<void> {
  if (get(app).plans.get(build.outer)?.state !== 'ready') keep(app, 'plans', build, { state: 'loading' });
  const choices = choicesOf(get(app), build.outer);
  const result = await tried(build, () => app.core.plan(build, choices));
  // The person was quicker.
  if (choicesOf(get(app), build.outer) !== choices) return;
  const after = around();
  keep(app, 'plans', build, result);
  after();
}

type Kept = 'details' | 'plans' | 'logs';
type ValueOf<K extends Kept> = State[K] extends ReadonlyMap<string, Loaded<infer T>> ? T : never;

function once<K extends Kept>(app: App, kept: K, build: KeptBuild, read: () => Promise<Result<ValueOf<K>>>): void {
  if (get(app)[kept].has(build.outer)) return;
  keep(app, kept, build, { state: 'loading' });
  void tried(build, read).then(value => keep(app, kept, build, value));
}

/** What was read, or why it could not be. */
async function tried<T>(build: KeptBuild, read: () => Promise<Result<T>>): Promise<Loaded<T>> {
  try {
    const result = await read();
    return result.ok ? { state: 'ready', value: result.value } : { state: 'failed', failure: result.failure };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return { state: 'failed', failure: fail(`read ${build.outer}`, { because }).failure };
  }
}

function keep<K extends Kept>(app: App, kept: K, build: KeptBuild, value: Loaded<ValueOf<K>>): void {
  // It was read of a directory that is another one now, or gone.
  if (!get(app).builds.includes(build)) return;
  const next = new Map(get(app)[kept] as ReadonlyMap<string, Loaded<ValueOf<K>>>).set(build.outer, value);
  set(app, { [kept]: next } as Partial<State>);
}
