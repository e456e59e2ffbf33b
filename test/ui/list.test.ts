/** The list of builds as it changes: facts that become known, directories that come and go, and the question before a deletion. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../src/base/failure.ts';
import type { KeptBuild } from '../../src/nix/kept-build.ts';
import { tellAges } from '../../src/ui/actions/list.ts';
import { loadLog } from '../../src/ui/actions/load.ts';
import { rescan } from '../../src/ui/actions/rescan.ts';
import type { App } from '../../src/ui/app.ts';
import { type Facts, NO_FACTS } from '../../src/ui/facts.ts';
import { areas } from '../../src/ui/frame.ts';
import { gatherFacts } from '../../src/ui/gather.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { lineText } from '../../src/ui/line.ts';
import { onKey } from '../../src/ui/router.ts';
import { type State } from '../../src/ui/state.ts';
import { until } from '../support/patience.ts';
import { BUILDS, emptyUi, NOW, uiApp, uiBuild, uiState } from '../support/ui-state.ts';

const MANY = Array.from({ length: 30 }, (_, at) => uiBuild(`a${'b'.repeat(at)}-1.0`, at));

function factsFor(builds: readonly KeptBuild[], facts: (at: number) => Partial<Facts>): State['facts'] {
  return new Map(builds.map(({ outer }, at) => [outer as string, { ...NO_FACTS, done: true, ...facts(at) }]));
}

function rows(state: State): readonly string[] {
  return areas(state, KEYS).flatMap(({ lines }) => lines.map(lineText));
}

const names = (state: State): readonly string[] => state.shown.map(({ name }) => name?.value ?? '');

test('sorted by size, the list follows the sizes as they become known', async () => {
  const sizes: Readonly<Record<string, number>> = { [BUILDS[0]?.outer ?? '']: 5, [BUILDS[2]?.outer ?? '']: 9 };
  const { app } = uiApp(
    { ...emptyUi(80, 24, BUILDS), sort: 'size' },
    { gather: async ({ outer }, known) => known({ sizeBytes: sizes[outer] ?? 1, files: 1 }) },
  );
  const stop = gatherFacts(app);
  const wanted = ['hello-world', 'wttr-0.1.0', 'openssl-sys-0.9.102'];
  await until('the order of sizes', () => names(app.store.getState()).join() === wanted.join());
  stop();
});

test('an order that was chosen holds for what the filter leaves; without one the best match is first', () => {
  const builds = [uiBuild('zlib-1.0', 1), uiBuild('a-zlib-ng-1.0', 2), uiBuild('other', 3)];
  const { app } = uiApp(emptyUi(80, 24, builds));
  for (const key of ['/', ...'zlib'.split(''), 'enter']) onKey(app, key);
  assert.deepEqual(names(app.store.getState()), ['zlib-1.0', 'a-zlib-ng-1.0']);
  onKey(app, 'o');
  assert.deepEqual(names(app.store.getState()), ['a-zlib-ng-1.0', 'zlib-1.0']);
  assert.equal(app.store.getState().toast, 'sorted by name');
  for (const key of ['o', 'o', 'o']) onKey(app, key);
  assert.equal(app.store.getState().toast, 'best match first');
  assert.deepEqual(names(app.store.getState()), ['zlib-1.0', 'a-zlib-ng-1.0']);
});

test('what was learnt of a directory is forgotten when another one has its name', async () => {
  const state = uiState(80, 24);
  const [first = BUILDS[0] as KeptBuild, ...rest] = BUILDS;
  const again = { ...first, keptAtMs: NOW };
  const { app } = uiApp(state, { list: async () => [again, ...rest.map(build => ({ ...build }))] });
  const { core } = app;
  const loaded: KeptBuild[] = [];
  const watched: App = {
    ...app,
    core: {
      ...core,
      load: build => {
        loaded.push(build);
        return core.load(build);
      },
    },
  };
  onKey(watched, 'e');
  await until('the environment', () => app.store.getState().details.get(first.outer)?.state === 'ready');
  await rescan(watched);
  assert.equal(app.store.getState().facts.has(first.outer), false);
  assert.deepEqual(loaded, [first, again], 'the new one is read at once');
  assert.ok(app.store.getState().facts.has(BUILDS[1]?.outer ?? ''), 'what is as it was stays known');
  assert.equal(app.store.getState().builds[1], BUILDS[1]);
});

test('what is read of a directory that is another one meanwhile is not shown', async () => {
  const [first = BUILDS[0] as KeptBuild] = BUILDS;
  let answer: () => void = () => undefined;
  const { app } = uiApp(uiState(80, 24), {
    list: async () => [{ ...first, keptAtMs: NOW }],
    log: () => new Promise(resolve => (answer = () => resolve(fail('find the log', { because: 'of the first' })))),
  });
  loadLog(app, first);
  await rescan(app);
  answer();
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(app.store.getState().logs.has(first.outer), false);
});

test('asked to look again, all is looked at again: a log that was not there may be found', async () => {
  const [first = BUILDS[0] as KeptBuild] = BUILDS;
  let asked = 0;
  const { app } = uiApp(uiState(80, 24), {
    list: async () => BUILDS.map(build => ({ ...build })),
    log: async () => fail('find the log', { because: `time ${(asked += 1)}` }),
  });
  const gathered: string[] = [];
  const stop = gatherFacts({ ...app, core: { ...app.core, gather: async ({ outer }) => void gathered.push(outer) } });
  await until('all facts', () => gathered.length === 3);
  loadLog(app, first);
  await until('the failure', () => app.store.getState().logs.get(first.outer)?.state === 'failed');
  onKey(app, 'r');
  await until('all facts again', () => gathered.length === 6);
  assert.equal(app.store.getState().logs.has(first.outer), false);
  assert.ok(app.store.getState().facts.has(first.outer), 'shown until they are learnt again');
  stop();
});

test('ages go on, and a frame is drawn only where one is another word', () => {
  const { app } = uiApp(uiState(80, 24));
  tellAges(app, NOW + 1000);
  assert.equal(app.store.getState().nowMs, NOW);
  tellAges(app, NOW + 60_000);
  assert.match(rows(app.store.getState()).join('\n'), /wttr .* 3 min/);
});

test('columns stand where they are while the list scrolls, and no size is cut', () => {
  const facts = factsFor(MANY, at => ({ sizeBytes: 999_949 - at, files: 1 }));
  const state: State = { ...emptyUi(80, 24, MANY), facts };
  const headings = MANY.map(({ outer }) => rows({ ...state, selected: outer })[1]);
  assert.equal(new Set(headings).size, 1, headings.join('\n'));
  assert.match(headings[0] ?? '', /SIZE .*OWNER/);
  for (const { outer } of MANY)
    for (const row of rows({ ...state, selected: outer }).filter(line => / 1\.0 /.test(line)))
      assert.match(row, / 999\.\d kB /);
});

test('what can be counted only in part is told so, and what cannot be is no zero', () => {
  const [first, second, third] = BUILDS;
  const state = uiState(80, 24, {
    facts: new Map<string, Facts>([
      [first?.outer ?? '', { ...NO_FACTS, sizeBytes: 602_100, files: 1, partly: true, done: true }],
      [second?.outer ?? '', { ...NO_FACTS, done: true }],
      [third?.outer ?? '', { ...NO_FACTS, sizeBytes: 602_100, files: 1, done: true }],
    ]),
  });
  const shown = rows(state).join('\n');
  assert.match(shown, /wttr .* 602 kB\+ /);
  assert.match(shown, /holds {3}at least 602\.1 kB in 1 file,/);
  assert.match(rows({ ...state, selected: second?.outer ?? null }).join('\n'), /holds {3}cannot be counted/);
});

test('how many are marked and shown is said on a line of 80 cells', () => {
  const { app } = uiApp({ ...emptyUi(80, 24, MANY) });
  for (const key of ['/', 'a', 'b', 'enter', '*']) onKey(app, key);
  assert.match(rows(app.store.getState())[0] ?? '', /30 marked, 30 of 30 kept $/);
});

test('the question before a deletion names everything that goes, in full and with its size', () => {
  const long = uiBuild(`${'long'.repeat(40)}-1.0`, 1);
  const builds = [long, ...MANY];
  const facts = factsFor(builds, at => ({ sizeBytes: 1000 * (at + 1), files: at }));
  const { app, asked } = uiApp({ ...emptyUi(80, 24, builds), facts });
  for (const key of ['*', 'd']) onKey(app, key);
  const seen = new Set<string>();
  for (let line = 0; line < 60; line += 1) {
    for (const row of rows(app.store.getState())) seen.add(row);
    onKey(app, 'j');
  }
  const all = [...seen].map(row => row.replace(/^.*│ (.*) │.*$/, '$1').trimEnd()).join('\n');
  assert.match(all, /Delete 31 kept build directories\? 496\.0 kB/);
  for (const { outer } of MANY) assert.match(all, new RegExp(`^${outer}( |$)`, 'm'));
  assert.ok(all.replaceAll('\n', '').includes(long.outer));
  assert.match(all, /2\.0 kB in 1 file, of/);
  assert.match(all, /31\.0 kB in 30 files, of/);
  for (let line = 0; line < 60; line += 1) onKey(app, 'k');
  const { overlay } = app.store.getState();
  assert.ok(overlay?.kind === 'delete' && overlay.cursor === 0);
  onKey(app, 'c');
  assert.ok(asked.copied[0]?.startsWith(`rm -rf ${long.outer} /tmp/`));
  assert.deepEqual(asked.removed, []);
});

test('the question before a deletion can be answered in the smallest terminal', () => {
  const { app } = uiApp({ ...emptyUi(40, 10, MANY) });
  onKey(app, 'd');
  assert.match(rows(app.store.getState()).join('\n'), /y delete {3}n keep/);
});

test('what could not be deleted is told beside what was', async () => {
  const { app } = uiApp(uiState(80, 24), {
    remove: async ({ outer }) => (outer === BUILDS[0]?.outer ? fail('delete it') : { ok: true, value: null }),
  });
  for (const key of ['*', 'd', 'y']) onKey(app, key);
  await until('the failure', () => app.store.getState().overlay?.kind === 'failure');
  assert.equal(app.store.getState().toast, 'deleted 2 of 3 kept build directories');
});

test('that the build under the cursor is gone is said', async () => {
  const { app } = uiApp(uiState(80, 24), { list: async () => BUILDS.slice(1) });
  onKey(app, 'e');
  await rescan(app);
  assert.equal(app.store.getState().toast, 'wttr-0.1.0 is gone');
  await rescan(app);
  onKey(app, 'j');
  await rescan(app);
  assert.equal(app.store.getState().toast, null);
});

test('whose it is, and which build it is, is seen at 80 columns, however long its name', () => {
  const long = uiBuild(`${'long'.repeat(40)}-1.0`, 1);
  const state: State = { ...emptyUi(80, 24, [long]) };
  assert.match(rows(state).join('\n'), /^─ \/tmp\/nix-build-long.*…? of alice ─$/m);
  assert.match(rows({ ...state, tab: 'log' })[0] ?? '', /Log {2}5 Shell {2}long.*…$/);
});
