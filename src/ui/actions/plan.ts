/** The plan's actions: opening rows, switching steps off, adding binds. */
import { json } from '../../report/text.ts';
import { type App, get, set } from '../app.ts';
import { commandLine } from '../command-line.ts';
import { type Choices, choicesOf, NO_CHOICES, type State, selectedBuild } from '../state.ts';
import { changed } from '../views/plan-choices.ts';
import { type PlanRow, planRows } from '../views/plan-rows.ts';
import { planAgain } from './load.ts';

type WithId = Exclude<PlanRow, { kind: 'note' }>;

/** The row under the cursor; on a note, the row that it belongs to. */
function rowAt(state: State): WithId | undefined {
  const rows = planRows(state);
  const row = rows[Math.min(state.plan.cursor, rows.length - 1)];
  if (row?.kind !== 'note') return row;
  return rows.find((above): above is WithId => above.kind !== 'note' && above.id === row.of);
}

/** Puts the cursor on the row with this id, where there is one. */
function follow(app: App, id: string | undefined): void {
  const at = planRows(get(app)).findIndex(row => 'id' in row && row.id === id);
  if (at >= 0) set(app, { plan: { ...get(app).plan, cursor: at } });
}

/** Opens or closes the row under the cursor. */
export function togglePlan(app: App): void {
  const state = get(app);
  const row = rowAt(state);
  if (row === undefined) return;
  const open = new Set(state.plan.open);
  if (!open.delete(row.id)) open.add(row.id);
  set(app, { plan: { ...state.plan, open } });
  follow(app, row.id);
}

/** Opens (`true`) or closes the row under the cursor, if it is not so already. */
export function openPlan(app: App, open: boolean): void {
  const row = rowAt(get(app));
  if (row !== undefined && row.open !== open) togglePlan(app);
}

/** Only what is different from the build, or all. */
export function toggleDifferences(app: App): void {
  const { plan } = get(app);
  set(app, { plan: { ...plan, cursor: 0, onlyDifferences: !plan.onlyDifferences } });
}

/** Leaves the step under the cursor out, or takes it in again where it is one that was left out; a bind of the person's own goes. */
export function toggleStep(app: App): void {
  const state = get(app);
  const row = rowAt(state);
  if (row === undefined) return;
  const choices = changed(choicesOf(state, state.selected), row);
  if (choices !== null) return choose(app, choices);
  set(app, { toast: row.kind === 'node' ? 'no sandbox can be made without this step' : 'this is no step' });
}

/** The host's network, or none. */
export function toggleNet(app: App): void {
  const choices = choicesOf(get(app), get(app).selected);
  choose(app, { ...choices, net: !choices.net });
}

/** Adds what `--bind` takes, HOST[:DEST], as the command line would take it from everywhere. */
export function addBind(app: App, bind: string): void {
  if (bind === '') return;
  const word = app.core.bind(bind);
  if (!word.ok) return set(app, { overlay: { kind: 'failure', failure: word.failure } });
  const choices = choicesOf(get(app), get(app).selected);
  choose(app, { ...choices, binds: [...choices.binds.filter(other => other !== word.value), word.value] });
}

/** The plan as it was. */
export function resetChoices(app: App): void {
  choose(app, NO_CHOICES);
}

function choose(app: App, choices: Choices): void {
  const state = get(app);
  const build = selectedBuild(state);
  if (build === null) return;
  set(app, { choices: new Map(state.choices).set(build.outer, choices) });
  // The rows around it may be others: the cursor stays on its own.
  void planAgain(app, build, () => {
    const row = rowAt(get(app));
    return () => follow(app, row?.id);
  });
}

/** The command that does the same. */
export function copyCommand(app: App): void {
  const state = get(app);
  if (state.selected !== null) app.copy(commandLine(state, [], state.selected, choicesOf(state, state.selected)));
}

/** The plan as JSON, as `plan --json` prints it. */
export function copyPlan(app: App): void {
  const state = get(app);
  const loaded = state.selected === null ? undefined : state.plans.get(state.selected);
  if (loaded?.state === 'ready') app.copy(json(loaded.value));
}
