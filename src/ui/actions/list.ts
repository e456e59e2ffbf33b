/** Moving in the list of builds, its order, its filter, its marks, its ages; and the shell of one of them. */
import { age } from '../../report/text.ts';
import { type App, get, set } from '../app.ts';
import { arrange, bestFirst, orderWords } from '../arrange.ts';
import { choicesOf, SORTS, type State, selectedBuild } from '../state.ts';
import { loadSelected } from './load.ts';

/** Moves the cursor of the list by so many rows. */
export function moveInList(app: App, by: number): void {
  const { shown, selected } = get(app);
  const at = shown.findIndex(({ outer }) => outer === selected);
  const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
  if (next === undefined || next.outer === selected) return;
  set(app, { selected: next.outer });
  loadSelected(app);
}

/** Shows what matches the filter, in the order that is set. The cursor goes to the best match of a new filter, else stays on its build, or near. */
export function rearrange(app: App, change: Partial<Pick<State, 'filter' | 'sort' | 'builds'>> = {}): void {
  const before = get(app);
  const state = { ...before, ...change };
  const shown = arrange(state);
  const at = Math.max(
    0,
    before.shown.findIndex(({ outer }) => outer === before.selected),
  );
  const stays = shown.some(({ outer }) => outer === before.selected);
  const best = (change.filter ?? '') === '' ? undefined : bestFirst(state, shown)[0];
  const near = best ?? shown[Math.min(at, shown.length - 1)];
  const selected = stays && best === undefined ? before.selected : (near?.outer ?? null);
  const known = new Set(state.builds.map(({ outer }) => outer as string));
  const marked = new Set([...state.marked].filter(outer => known.has(outer)));
  set(app, { ...change, shown, selected, marked });
  loadSelected(app);
}

/** The next order of the list. */
export function sortNext(app: App): void {
  const { sort } = get(app);
  const next = SORTS[(SORTS.indexOf(sort) + 1) % SORTS.length] ?? 'age';
  rearrange(app, { sort: next });
  set(app, { toast: orderWords(get(app)) ?? `sorted by ${next}` });
}

/** Marks the selected build, or takes the mark away, and goes on to the next one. */
export function toggleMark(app: App): void {
  const { selected, marked } = get(app);
  if (selected === null) return;
  const next = new Set(marked);
  if (!next.delete(selected)) next.add(selected);
  set(app, { marked: next });
  moveInList(app, 1);
}

/** Marks all builds that are shown; where all are marked, none. */
export function markAll(app: App): void {
  const { shown, marked } = get(app);
  const all = shown.every(({ outer }) => marked.has(outer));
  set(app, { marked: all ? new Set() : new Set(shown.map(({ outer }) => outer as string)) });
}

/** How often ages are told anew: they are minutes, but for the first one. */
const AGE_MS = 60_000;

/** Keeps the ages of the list true. @returns the end of that */
export function keepTime(app: App): () => void {
  const timer = setInterval(() => tellAges(app, Date.now()), AGE_MS);
  return () => clearInterval(timer);
}

/** The time is told where an age that is shown would be another word: a frame costs more than looking. */
export function tellAges(app: App, nowMs: number): void {
  const { shown, nowMs: before } = get(app);
  if (shown.some(({ keptAtMs }) => age(keptAtMs, nowMs) !== age(keptAtMs, before))) set(app, { nowMs });
}

/** Opens a shell in the sandbox of the selected build. */
export function openShell(app: App): void {
  const state = get(app);
  const build = selectedBuild(state);
  if (build === null) return;
  const name = state.facts.get(build.outer)?.name ?? build.name?.value ?? build.outer;
  app.panes.open({ build: build.outer, name, command: app.core.shell(build, choicesOf(state, build.outer)) });
}

/** Opens the bundled example; where this copy of the program has none, it is said what is missing. */
export function openDemo(app: App): void {
  const { demo } = get(app);
  if (!demo.ok) return set(app, { overlay: { kind: 'failure', failure: demo.failure } });
  app.panes.open({ build: '', name: 'demo', command: demo.value });
}
