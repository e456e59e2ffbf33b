/** Keys, pastes, resizes and builds that come and go, at random: no step throws, and every frame has exactly the size of the terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rescan } from '../../src/ui/actions/rescan.ts';
import type { App } from '../../src/ui/app.ts';
import { areas } from '../../src/ui/frame.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { lineText, width } from '../../src/ui/line.ts';
import { makePanes } from '../../src/ui/open-panes.ts';
import { onKey, onPaste } from '../../src/ui/router.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { BUILDS, uiApp, uiBuild, uiState } from '../support/ui-state.ts';
import { HOSTILE, hostileCore, settle, storyCore } from '../support/ui-story.ts';

/** On each machine: 10,000 in all. */
const STEPS = 5_000;
const MOST_PANES = 6;
const TYPED = [
  ...'abcdefghijklmnopqrstuvwxyzABCXYZ0123456789 /:?*=<>[]'.split(''),
  'é',
  '日',
  '👩‍🚀',
  'ctrl-x',
  'tab',
  'nothing',
];
const NAMES = [...new Set([...KEYS.flatMap(({ keys }) => keys), ...TYPED])];
const COLUMNS = [1, 20, 39, 40, 41, 79, 80, 81, 119, 120, 133, 199, 200, 240];
const ROWS = [1, 5, 9, 10, 11, 24, 40, 60];

/** Numbers that are the same for the same seed (a linear congruential generator). */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Every area lies on the screen, and each of its lines is as wide as it. */
function wrongLine(app: App): string | null {
  const state = app.store.getState();
  for (const { id, rect, lines } of areas(state, KEYS)) {
    const inScreen =
      rect.x >= 0 &&
      rect.y >= 0 &&
      rect.x + rect.columns <= state.size.columns &&
      rect.y + rect.rows <= state.size.rows;
    if (!inScreen || lines.length !== rect.rows) return `${id}: ${JSON.stringify(rect)}, ${lines.length} lines`;
    const wrong = lines.find(line => width(lineText(line)) !== rect.columns);
    if (wrong !== undefined) return `${id}, ${rect.columns} columns: ${JSON.stringify(lineText(wrong))}`;
  }
  return null;
}

for (const [what, core] of [
  ['an honest machine', storyCore()],
  ['a machine that lies', hostileCore()],
] as const)
  test(`${STEPS} random steps on ${what}`, async () => {
    const random = randomOf(20_261);
    const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    const others = [uiBuild('日本語-1.0', 3), uiBuild(HOSTILE, 4), uiBuild('x'.repeat(300), 5)];
    let there = BUILDS;
    const bare = uiApp(uiState(80, 24), { ...core, list: async () => there }).app;
    const terminal = fakeTerminal();
    const app: App = { ...bare, panes: makePanes(terminal, bare.store, bare.core, () => undefined).actions };
    let most = 0;
    const seen = new Set<string>();
    for (let step = 0; step < STEPS; step += 1) {
      const dice = random(100);
      const name = pick(NAMES);
      if (dice < 86) onKey(app, name);
      // Enter and s lead to the shells from everywhere: this leads away again.
      else if (dice < 92) onKey(app, pick(['1', '2', '3', '4']));
      else if (dice < 93) app.store.setState({ paneMenu: app.store.getState().focus === 'pane' });
      else if (dice < 94) terminal.opened[random(terminal.opened.length + 1)]?.ends(pick([0, 1, 137]));
      else if (dice < 95) onPaste(app, pick([HOSTILE, 'ssl', '日本', '']));
      else if (dice < 99) app.store.setState({ size: { columns: pick(COLUMNS), rows: pick(ROWS) } });
      else {
        there = [...BUILDS, ...others].filter(() => random(3) > 0);
        await rescan(app);
      }
      if (app.store.getState().panes.length > MOST_PANES) app.panes.close();
      if (step % 7 === 0) await settle();
      const state = app.store.getState();
      seen.add(state.overlay?.kind ?? state.typing?.purpose ?? state.tab);
      most = Math.max(most, state.panes.length);
      const shown = state.panes.find(({ id }) => id === state.pane);
      assert.equal(shown === undefined, state.panes.length === 0, `step ${step}, after ${name}`);
      const wrong = wrongLine(app);
      assert.equal(wrong, null, `step ${step}, after ${name}`);
      assert.ok(
        state.shown.length === 0 || state.selected === null || state.builds.some(b => b.outer === state.selected),
      );
    }
    assert.ok(most > 2, `${most} panes at most`);
    // The steps went everywhere: else this test says little.
    for (const place of ['dirs', 'env', 'plan', 'log', 'shell', 'help', 'palette', 'pick', 'delete', 'filter', 'bind'])
      assert.ok(seen.has(place), `${place} was never seen`);
  });

/** The median of the milliseconds that a key and its frame take, over a list of so many builds. */
function timeOfKey(builds: number): number {
  const list = Array.from({ length: builds }, (_, at) => uiBuild(`build-${at}-1.${at}`, at));
  const { app } = uiApp({ ...uiState(120, 40), builds: list, shown: list, selected: list[0]?.outer ?? null });
  const times: number[] = [];
  for (let press = 0; press < 300; press += 1) {
    const start = performance.now();
    onKey(app, press % 3 === 2 ? 'pagedown' : 'j');
    areas(app.store.getState(), KEYS);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[150] ?? 0;
}

test('a list of 1,000 builds scrolls about as quickly as one of 100', () => {
  timeOfKey(100);
  // The best of a few: the machine does other things, too.
  const ratios = [1, 2, 3, 4, 5].map(() => timeOfKey(1000) / timeOfKey(100));
  assert.ok(Math.min(...ratios) < 3, `ten times the builds take ${Math.min(...ratios).toFixed(1)} times as long`);
});
