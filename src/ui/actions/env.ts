/** The inspector's actions: opening, filtering, copying, comparing. */
import { printable, shellWord } from '../../base/printable.ts';
import { type App, get, set } from '../app.ts';
import { inside, panels } from '../layout.ts';
import { nameOf, type State } from '../state.ts';
import { type EnvRow, envRows, GROUP_IDS } from '../views/env-rows.ts';
import { loadDetails } from './load.ts';

/** The inspector's rows, as they are shown. */
export function shownEnvRows(state: State): readonly EnvRow[] {
  const placed = panels(state).find(({ panel }) => panel === 'env');
  return envRows(state, placed === undefined ? state.size.columns : inside(placed).columns);
}

function rowAt(state: State): EnvRow | undefined {
  const rows = shownEnvRows(state);
  return rows[Math.min(state.env.cursor, rows.length - 1)];
}

/** Opens or closes the group or the value under the cursor. */
export function toggleEnv(app: App, wanted?: boolean): void {
  const state = get(app);
  const row = rowAt(state);
  const id = row?.kind === 'group' || row?.kind === 'variable' ? row.id : row === undefined ? null : `v:${row.name}`;
  if (id === null || (row?.kind === 'variable' && !row.folds)) return;
  const open = new Set(state.env.open);
  if (wanted ?? !open.has(id)) open.add(id);
  else open.delete(id);
  set(app, { env: { ...state.env, open } });
  // A closed value's parts are gone from under the cursor.
  const at = shownEnvRows(get(app)).findIndex(shown => 'id' in shown && shown.id === id);
  if (at >= 0) set(app, { env: { ...get(app).env, cursor: at } });
}

/** Opens all groups, or closes them. */
export function toggleGroups(app: App): void {
  const { env } = get(app);
  const all = GROUP_IDS.every(id => env.open.has(id));
  const kept = [...env.open].filter(id => id.startsWith('v:'));
  set(app, { env: { ...env, cursor: 0, open: new Set(all ? kept : [...kept, ...GROUP_IDS]) } });
}

/** Wraps all long values, or folds them. */
export function toggleWrap(app: App): void {
  const { env } = get(app);
  set(app, { env: { ...env, wrap: !env.wrap } });
}

/** Store paths in full, or without what people do not read. */
export function toggleFull(app: App): void {
  const { env } = get(app);
  set(app, { env: { ...env, full: !env.full } });
}

/** Copies the value under the cursor, or `NAME=value` as a shell reads it. */
export function copyEnv(app: App, form: 'value' | 'assignment'): void {
  const state = get(app);
  const row = rowAt(state);
  if (row === undefined || row.kind === 'group' || row.kind === 'other')
    return set(app, { toast: 'there is no value on this line' });
  const value = row.kind === 'variable' ? row.value : form === 'value' ? row.text : valueOf(state, row.name);
  if (value === null) return app.copy(row.name);
  app.copy(form === 'value' ? value : `${row.name}=${shellWord(value)}`);
}

function valueOf(state: State, name: string): string | null {
  const loaded = state.selected === null ? undefined : state.details.get(state.selected);
  if (loaded?.state !== 'ready') return null;
  return loaded.value.env.variables.find(variable => variable.name === name)?.value ?? null;
}

/** Asks which build to compare with; a comparison that is on ends. */
export function askCompare(app: App): void {
  const state = get(app);
  if (state.env.compare !== null) return set(app, { env: { ...state.env, compare: null, cursor: 0 } });
  const options = state.shown
    .filter(({ outer }) => outer !== state.selected)
    .map(build => ({
      id: build.outer as string,
      label: `${printable(nameOf(state, build))}  ${printable(build.outer)}`,
    }));
  if (options.length === 0) return set(app, { toast: 'there is no other build to compare with' });
  set(app, {
    overlay: { kind: 'pick', title: 'Compare with', options, cursor: 0 },
    typing: { purpose: 'pick', text: '' },
  });
}

/** Compares with the build that was chosen. */
export function compareWith(app: App, outer: string): void {
  const state = get(app);
  const build = state.builds.find(other => other.outer === outer);
  if (build === undefined) return;
  const open = new Set([...state.env.open, ...GROUP_IDS]);
  set(app, { overlay: null, env: { ...state.env, compare: outer, cursor: 0, open } });
  loadDetails(app, build);
}
