/** Moving about: up and down in whatever is shown, from panel to panel, one step back, and out. */
import { type App, get, set } from '../app.ts';
import { inside, panels } from '../layout.ts';
import { type State, TABS, type Tab } from '../state.ts';
import { deleteScroll } from '../views/delete.ts';
import { overlayRoom, overlayRows, pickOptions } from '../views/overlays.ts';
import { planRows } from '../views/plan-rows.ts';
import { shownEnvRows } from './env.ts';
import { moveInList, rearrange } from './list.ts';
import { loadSelected } from './load.ts';
import { moveInLog, showLines } from './log.ts';

/** Moves the cursor of what has the keyboard; beyond an end it stays there. */
export function move(app: App, by: number): void {
  const { overlay, tab } = get(app);
  if (overlay?.kind === 'pick')
    return set(app, {
      overlay: { ...overlay, cursor: clamp(overlay.cursor + by, pickOptions(get(app), overlay).length) },
    });
  if (overlay?.kind === 'help' || overlay?.kind === 'palette')
    return set(app, {
      overlay: { ...overlay, cursor: clamp(overlay.cursor + by, overlayRows(get(app), app.bindings).length) },
    });
  if (overlay?.kind === 'delete') {
    const { cells, rows } = overlayRoom(get(app));
    const cursor = clamp(overlay.cursor + by, deleteScroll(get(app), overlay, cells, rows) + 1);
    return set(app, { overlay: { ...overlay, cursor } });
  }
  if (overlay !== null) return;
  const { env, plan } = get(app);
  switch (tab) {
    case 'dirs':
      return moveInList(app, by);
    case 'env':
      return set(app, { env: { ...env, cursor: stepped(env.cursor, by, shownEnvRows(get(app)).length) } });
    case 'plan':
      return set(app, { plan: { ...plan, cursor: stepped(plan.cursor, by, planRows(get(app)).length) } });
    case 'log':
      return moveInLog(app, by);
    case 'shell':
      return app.panes.scroll(by);
  }
}

/** The row that is so far away; while there are no rows yet, what is typed ahead counts. */
function stepped(cursor: number, by: number, count: number): number {
  return count === 0 ? Math.max(0, cursor + by) : clamp(Math.min(cursor, count - 1) + by, count);
}

function clamp(at: number, count: number): number {
  return Math.max(0, Math.min(at, count - 1));
}

/** Moves by a part of what is seen: 1 is a page. */
export function movePage(app: App, pages: number): void {
  const state = get(app);
  const panel = panels(state).find(placed => placed.panel === state.tab);
  const rows = panel === undefined ? 10 : inside(panel).rows;
  move(app, Math.trunc(pages * Math.max(2, rows - 2)));
}

/** Goes to a panel, and loads what it shows. */
export function goTo(app: App, tab: Tab): void {
  const state = get(app);
  if (tab !== 'dirs' && tab !== 'shell' && state.selected === null) return;
  set(app, { tab, toast: null });
  if (tab === 'shell') app.panes.focus('pane');
  loadSelected(app);
  if (tab === 'log') showLines(app);
}

/** The next panel, or the one before. */
export function turnTab(app: App, by: 1 | -1): void {
  const { tab } = get(app);
  goTo(app, TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] ?? 'dirs');
}

/** One step back: typing, overlay, filter, what is marked, panel. */
export function back(app: App): void {
  const state = get(app);
  if (state.typing !== null) return endTyping(app, state);
  if (state.overlay !== null) return set(app, { overlay: null });
  if (state.paneMenu) return set(app, { paneMenu: false });
  if (state.tab === 'dirs' && state.filter !== '') return rearrange(app, { filter: '' });
  if (state.tab === 'dirs' && state.marked.size > 0) return set(app, { marked: new Set() });
  if (state.tab === 'env' && state.env.filter !== '') return set(app, { env: { ...state.env, filter: '', cursor: 0 } });
  if (state.tab === 'env' && state.env.compare !== null)
    return set(app, { env: { ...state.env, compare: null, cursor: 0 } });
  if (state.tab === 'log' && state.log.search !== '') return set(app, { log: { ...state.log, search: '' } });
  if (state.tab === 'shell' && app.panes.unmark() !== null) return;
  if (state.tab !== 'dirs') goTo(app, 'dirs');
}

function endTyping(app: App, { typing, overlay }: State): void {
  if (overlay?.kind === 'help') return set(app, { typing: null, overlay: { ...overlay, filter: '' } });
  set(app, { typing: null, overlay: null });
  if (typing?.purpose === 'filter') rearrange(app, { filter: '' });
  if (typing?.purpose === 'envFilter') set(app, { env: { ...get(app).env, filter: '', cursor: 0 } });
}

/** Leaves; with a program that still runs it asks once. */
export function quit(app: App): void {
  const { overlay } = get(app);
  if (app.panes.running() && overlay?.kind !== 'quit') return set(app, { overlay: { kind: 'quit' } });
  app.leave();
}
