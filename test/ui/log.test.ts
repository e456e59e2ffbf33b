/** The log's view: long lines can be read to their end, and what was searched for last is what is shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../../src/base/failure.ts';
import type { LogIndex } from '../../src/nix/log/log-index.ts';
import type { App } from '../../src/ui/app.ts';
import { areas } from '../../src/ui/frame.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { dropCells, lineText, span } from '../../src/ui/line.ts';
import { onKey } from '../../src/ui/router.ts';
import { until } from '../support/patience.ts';
import { BUILDS, uiApp, uiState } from '../support/ui-state.ts';
import { settle, storyCore } from '../support/ui-story.ts';

const LONG = `error: ${'a word '.repeat(40)}日本語 and the END`;
const LINES = ['Running phase: buildPhase', 'short', LONG, 'make: done'];

/** The log's panel, with what `change` does to the index. */
async function logOf(lines: readonly string[], change: (index: LogIndex) => LogIndex = index => index): Promise<App> {
  const core = storyCore({ env: '', log: lines });
  const { app } = uiApp(uiState(80, 24), {
    ...core,
    log: async build => {
      const opened = await core.log?.(build);
      assert.ok(opened?.ok);
      return ok({ ...opened.value, index: change(opened.value.index) });
    },
  });
  onKey(app, 'l');
  await until('the log', () => app.store.getState().log.lines.size > 0);
  return app;
}

const screen = (app: App): string =>
  areas(app.store.getState(), KEYS)
    .flatMap(({ lines }) => lines.map(lineText))
    .join('\n');

async function keys(app: App, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    onKey(app, name);
    await settle();
  }
}

test('a long line can be read to its end, and back', async () => {
  const app = await logOf(LINES);
  const before = screen(app);
  assert.doesNotMatch(before, /END/);
  await keys(app, ...Array.from({ length: 20 }, () => 'right'));
  assert.match(screen(app), /日本語 and the END *$/m);
  assert.match(screen(app), /^ 2 {3}…/m, 'that something is to the left is shown');
  await keys(app, ...Array.from({ length: 20 }, () => 'h'));
  assert.equal(screen(app), before);
});

test('what is found far to the right is brought into view', async () => {
  const app = await logOf(LINES);
  await keys(app, 'g', '/', ...'the END'.split('').map(key => (key === ' ' ? 'space' : key)), 'enter');
  assert.match(screen(app), /▸3 ✗ ….*the END/);
  await keys(app, 'f');
  assert.match(screen(app), /▸3 ✗ error: a word/);
});

test('a wide character that is cut in two leaves a blank', () => {
  const line = [span('a日'), span('本b', 'bad')];
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].map(cells => lineText(dropCells(line, cells))),
    ['a日本b', '日本b', ' 本b', '本b', ' b', 'b', '', ''],
  );
});

test('one error is no errors', async () => {
  assert.match(
    screen(await logOf(['Running phase: buildPhase', 'error: x'])),
    / 2 lines, 1 error, failed in buildPhase/,
  );
});

test('which phase fails is not said while the log is read', async () => {
  const app = await logOf(LINES, index => ({ ...index, state: () => ({ ...index.state(), complete: false }) }));
  assert.match(screen(app), / 4 lines, being read …, 1 error *$/m);
});

test('a search that another one has overtaken changes nothing', async () => {
  const answers: ((line: number | null) => void)[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const app = await logOf(LINES, index => ({
    ...index,
    search: (_text, _from, _direction, signal) => {
      signals.push(signal);
      return new Promise(resolve => answers.push(resolve));
    },
  }));
  await keys(app, 'g', '/', 's', 'enter', '/', 'e', 'enter');
  assert.equal(signals[0]?.aborted, true);
  answers[1]?.(4);
  await settle();
  answers[0]?.(2);
  await settle();
  assert.equal(app.store.getState().log.cursor, 4);
});

test('a log that is closed while it is searched is no error', async () => {
  const app = await logOf(LINES, index => ({ ...index, search: () => Promise.reject(new Error('given up')) }));
  await keys(app, '/', 's', 'enter');
  assert.equal(app.store.getState().overlay, null);
});

test('every panel tells the command that shows the same', async () => {
  const { app } = uiApp(uiState(80, 24, { store: '/other', directories: ['/more'] }), storyCore());
  const path = BUILDS[0]?.outer;
  await keys(app, '?');
  assert.match(screen(app), /\$ nix-build-shell list --store \/other \/more /);
  for (const [key, words] of [
    ['2', 'env '],
    ['3', ''],
    ['4', 'log '],
  ] as const) {
    await keys(app, 'escape', key);
    assert.match(screen(app), new RegExp(`^ \\$ nix-build-shell ${words}--store /other ${path} *$`, 'm'));
    await keys(app, '?');
    assert.match(screen(app), new RegExp(`│ +\\$ nix-build-shell (plan|env|log) --store /other`));
  }
});
