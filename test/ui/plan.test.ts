/** The plan's view: every reason can be read, and what is changed in it is the command that is shown. */
import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { test } from 'node:test';
import { fail } from '../../src/base/failure.ts';
import { bindWord } from '../../src/cli/binds.ts';
import { type App, set } from '../../src/ui/app.ts';
import { areas } from '../../src/ui/frame.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { lineText } from '../../src/ui/line.ts';
import { onKey } from '../../src/ui/router.ts';
import { choicesOf, type State } from '../../src/ui/state.ts';
import { planRows } from '../../src/ui/views/plan-rows.ts';
import { until } from '../support/patience.ts';
import { uiApp, uiState } from '../support/ui-state.ts';
import { storyCore } from '../support/ui-story.ts';

async function planOf(columns = 80, rows = 24): Promise<{ readonly app: App; readonly copied: readonly string[] }> {
  const { app, asked } = uiApp(uiState(columns, rows), storyCore());
  onKey(app, 'p');
  await ready(app);
  return { app, copied: asked.copied };
}

const ready = (app: App): Promise<unknown> =>
  until('the plan', () => {
    const { selected, plans } = app.store.getState();
    const plan = plans.get(selected ?? '');
    const wanted = choicesOf(app.store.getState(), selected).without;
    return plan?.state === 'ready' && plan.value.without.join() === wanted.join();
  });

const keys = (app: App, ...names: readonly string[]): void => names.forEach(name => onKey(app, name));
const shown = (state: State): readonly string[] => areas(state, KEYS).flatMap(({ lines }) => lines.map(lineText));

/** What the row under the cursor says. */
const selected = (app: App): string => shown(app.store.getState()).find(line => line.startsWith('▸')) ?? '';

/** Goes to the row with this text. */
function goTo(app: App, text: RegExp): void {
  const at = planRows(app.store.getState()).findIndex(row => text.test(JSON.stringify(row)));
  assert.ok(at >= 0, String(text));
  keys(app, 'g', ...Array.from({ length: at }, () => 'j'));
}

test('no reason and no difference is cut off at 80 columns', async () => {
  const { app } = await planOf();
  const state = app.store.getState();
  const open = planRows(state).flatMap(row => (row.kind === 'node' || row.kind === 'omission' ? [row.id] : []));
  set(app, { plan: { ...state.plan, open: new Set(open) } });
  const all: string[] = [];
  keys(app, 'g');
  for (let at = 0; at < planRows(app.store.getState()).length; at += 1) {
    all.push(selected(app));
    keys(app, 'j');
  }
  const notes = all.filter(line => / why: | as Nix does | Nix does it in | ≠ /.test(line));
  assert.ok(notes.length > 60, `${notes.length}`);
  assert.deepEqual(
    notes.filter(line => line.includes('…')),
    [],
  );
});

test('a step that is left out can be taken in again where the difference is told, and the cursor stays', async () => {
  const { app } = await planOf();
  goTo(app, /"group":"seccomp"/);
  assert.match(selected(app), /^▸x /);
  keys(app, 'x');
  await ready(app);
  assert.match(shown(app.store.getState())[1] ?? '', /\$ nix-build-shell --without seccomp \//);
  goTo(app, /no system call filter/);
  assert.match(selected(app), /^▸x ≠ /);
  keys(app, 'x');
  await ready(app);
  assert.deepEqual(choicesOf(app.store.getState(), app.store.getState().selected).without, []);
});

test('what is open stays open, and the cursor on its row, when steps above it go', async () => {
  const { app } = await planOf();
  goTo(app, /"label":"etc"/);
  keys(app, 'enter');
  const open = () => planRows(app.store.getState()).filter(row => row.kind === 'note' && row.depth > 0);
  const before = open();
  assert.match(selected(app), /^▸ +etc /);
  keys(app, 'n');
  await until(
    'the plan with the network',
    () =>
      /--net/.test(shown(app.store.getState())[1] ?? '') &&
      !/lo is up/.test(JSON.stringify(planRows(app.store.getState()))),
  );
  assert.match(selected(app), /^▸ +etc /);
  assert.deepEqual(open(), before);
});

test('the plan that was there is shown until the next one is', async () => {
  const { app } = await planOf();
  keys(app, 'n');
  assert.doesNotMatch(shown(app.store.getState()).join('\n'), /being made/);
});

test('the last of two quick changes counts, whichever plan is made first', async () => {
  const { app } = await planOf();
  const core = storyCore();
  const waiting: (() => void)[] = [];
  const slow: App = {
    ...app,
    core: {
      ...app.core,
      plan: async (build, choices) => {
        await new Promise<void>(resolve => waiting.push(resolve));
        return core.plan?.(build, choices) ?? fail('plan');
      },
    },
  };
  keys(slow, 'n', 'n', 'n');
  for (const answer of waiting.reverse()) answer();
  await until('the plan with the network', () => !JSON.stringify(planRows(app.store.getState())).includes('lo is up'));
});

test('a bind is looked at when it is typed, and works from every directory', async () => {
  const { app } = await planOf();
  const real: App = { ...app, core: { ...app.core, bind: word => bindWord(word, homedir()) } };
  keys(real, 'b', ...'/nowhere/at/all'.split(''), 'enter');
  const { overlay } = app.store.getState();
  assert.ok(overlay?.kind === 'failure' && overlay.failure.errno === 'ENOENT');
  keys(real, 'escape', 'b', ...'~:/fixes'.split(''), 'enter');
  assert.deepEqual(choicesOf(app.store.getState(), app.store.getState().selected).binds, [`${homedir()}:/fixes`]);
  assert.deepEqual(bindWord('.', undefined), { ok: true, value: `${process.cwd()}/.` });
  assert.equal(bindWord('/usr:/nix', undefined).ok, false);
});

test('a command that is longer than three lines says so', async () => {
  const { app, copied } = await planOf();
  for (let at = 0; at < 9; at += 1) keys(app, 'b', ...`/a-place-with-a-rather-long-name-${at}`.split(''), 'enter');
  assert.match(shown(app.store.getState())[3] ?? '', /…$/);
  keys(app, 'y');
  assert.match(copied[0] ?? '', /-name-8 \/tmp\//);
});
