/** The plan's actions: opening rows, switching steps off, adding binds. */
import { json } from '../../report/text.ts';
import type { Step } from '../../sandbox/step.ts';
import { type App, get, set } from '../app.ts';
import { commandLine } from '../command-line.ts';
import { type Choices, choicesOf, NO_CHOICES, type State, selectedBuild } from '../state.ts';
import { type PlanRow, planRows } from '../views/plan-rows.ts';
import { planAgain } from './load.ts';

function rowAt(state: State): PlanRow | undefined {
  const rows = planRows(state);
  return rows[Math.min(state.plan.cursor, rows.length - 1)];
}

/** Opens or closes the row under the cursor. */
export function togglePlan(app: App): void {
  const state = get(app);
  const row = rowAt(state);
  if (row === undefined || row.kind === 'note') return;
  const open = new Set(state.plan.open);
  if (!open.delete(row.id)) open.add(row.id);
  set(app, { plan: { ...state.plan, open } });
}

/** Opens (`true`) or closes the row under the cursor, if it is not so already. */
export function openPlan(app: App, open: boolean): void {
  const row = rowAt(get(app));
  if (row !== undefined && row.kind !== 'note' && row.open !== open) togglePlan(app);
}

/** Only what is different from the build, or all. */
export function toggleDifferences(app: App): void {
  const { plan } = get(app);
  set(app, { plan: { ...plan, cursor: 0, onlyDifferences: !plan.onlyDifferences } });
}

/** Leaves the step under the cursor out, or takes it in again; where it is a bind of the person's own, it goes. */
export function toggleStep(app: App): void {
  const state = get(app);
  const row = rowAt(state);
  if (row?.kind !== 'node') return set(app, { toast: 'this is no step' });
  const choices = choicesOf(state, state.selected);
  const changed = row.steps.map(step => without(step, choices)).find(change => change !== null);
  if (changed === undefined || changed === null) return set(app, { toast: 'no sandbox can be made without this step' });
  choose(app, changed);
}

function without({ op, group }: Step, choices: Choices): Choices | null {
  if (group !== undefined) return { ...choices, without: [...choices.without, group] };
  if (op.kind === 'loopbackUp') return { ...choices, net: true };
  if (op.kind !== 'bind') return null;
  const binds = choices.binds.filter(bind => bind !== op.from && !bind.endsWith(`:${op.to}`));
  return binds.length === choices.binds.length ? null : { ...choices, binds };
}

/** The host's network, or none. */
export function toggleNet(app: App): void {
  const choices = choicesOf(get(app), get(app).selected);
  choose(app, { ...choices, net: !choices.net });
}

/** Adds what `--bind` takes: HOST[:DEST]. */
export function addBind(app: App, bind: string): void {
  const choices = choicesOf(get(app), get(app).selected);
  if (bind !== '') choose(app, { ...choices, binds: [...choices.binds, bind] });
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
  planAgain(app, build);
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
