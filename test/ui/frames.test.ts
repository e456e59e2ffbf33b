/** The screens of the UI as golden files, in three sizes, and without colours or box drawing; and Ink draws exactly what the first frame wrote. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPath } from '../../src/base/path.ts';
import { areas, written } from '../../src/ui/frame.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { coloursOn } from '../../src/ui/look.ts';
import type { State } from '../../src/ui/state.ts';
import { matchesGolden } from '../support/golden.ts';
import { inkOn, writtenFrame } from '../support/ink-frame.tsx';
import { emptyUi, LOOK, paneInfo, uiApp, uiBuild, uiState } from '../support/ui-state.ts';
import { afterKeys, atScreen, HOSTILE, hostileCore, SCREEN_NAMES, SCREENS } from '../support/ui-story.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

/** What of a frame could do anything but print: all escape sequences but those that place and style. */
function acts(state: State): readonly string[] {
  const bytes = written(areas(state, KEYS), state.look);
  const rest = bytes.replace(/\u001b\[(?:\d+;\d+H|[\d;]+m)/g, '');
  return rest.match(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/g) ?? [];
}

for (const [columns, rows] of SIZES) {
  const size = `${columns}x${rows}`;
  for (const name of SCREEN_NAMES)
    test(`the screen '${name}', ${size}`, async () => {
      const state = (await atScreen(name, columns, rows)).store.getState();
      matchesGolden(`ui/${name}.${size}.txt`, await writtenFrame(state, KEYS));
      assert.deepEqual(acts(state), []);
    });

  test(`an empty machine is told how a kept build is made, ${size}`, async () => {
    matchesGolden(`ui/empty.${size}.txt`, await writtenFrame(emptyUi(columns, rows), KEYS));
  });

  test(`Ink draws the frame that was written before it came, ${size}`, async () => {
    const state = uiState(columns, rows);
    const drawn = inkOn(uiApp(state).app);
    assert.equal(await drawn.text(), await writtenFrame(state, KEYS));
    drawn.end();
  });
}

test('many panes, or long names, are counted where there is no room to list them', async () => {
  const panes = Array.from({ length: 30 }, (_, at) => paneInfo({ id: at, sandbox: at, name: HOSTILE }));
  for (const columns of [40, 80]) {
    const state = uiState(columns, 24, { tab: 'shell', panes, pane: 4 });
    assert.deepEqual(acts(state), []);
    if (columns === 80) assert.match(await writtenFrame(state, KEYS), /5 Shell +▸5 of 30$/m);
  }
});

test('a terminal that is too small is told so in one line', async () => {
  assert.match(await writtenFrame(uiState(39, 24), KEYS), /^needs 40x10, have 39x24\n\n/);
  assert.match(await writtenFrame(uiState(80, 9), KEYS), /^needs 40x10, have 80x9\n\n/);
  assert.match(await writtenFrame(uiState(40, 10), KEYS), /wttr/);
  for (const [columns, rows] of [
    [1, 1],
    [2, 9],
    [9, 1],
  ] as const)
    assert.equal((await writtenFrame(uiState(columns, rows), KEYS)).split('\n').length, rows + 1);
});

test('NO_COLOR leaves bold, dim and inverse, and the same text', async () => {
  const coloured = (await afterKeys(uiState(120, 40), SCREENS['log'] ?? [])).store.getState();
  const plain = { ...coloured, look: { ...LOOK, colour: false } };
  const colours = /\u001b\[(?:\d+;)*(?:3\d|4\d|9\d|10\d)m/;
  assert.match(written(areas(coloured, KEYS), coloured.look), colours);
  assert.doesNotMatch(written(areas(plain, KEYS), plain.look), colours);
  assert.match(written(areas(plain, KEYS), plain.look), /\u001b\[7m/);
  assert.equal(await writtenFrame(plain, KEYS), await writtenFrame(coloured, KEYS));
});

test('a log has its own colours, and with NO_COLOR its bold text', async () => {
  const coloured = (await afterKeys(uiState(80, 24), ['l', 'g'])).store.getState();
  const bytes = (state: State): string => written(areas(state, KEYS), state.look);
  assert.ok(bytes(coloured).includes('\u001b[1;32m   Compiling\u001b[0m'));
  assert.ok(bytes(coloured).includes('\u001b[1;91merror\u001b[0m'));
  const plain = bytes({ ...coloured, look: { ...LOOK, colour: false } });
  assert.ok(plain.includes('\u001b[1m   Compiling\u001b[0m'));
  assert.ok(plain.includes('\u001b[1merror\u001b[0m'));
});

/** The colours of the text that a frame has, by their numbers. */
function coloursIn(state: State): ReadonlySet<number> {
  const numbers = [...written(areas(state, KEYS), state.look).matchAll(/\u001b\[([\d;]+)m/g)].flatMap(([, all = '']) =>
    all.split(';').map(Number),
  );
  return new Set(numbers.filter(number => number >= 30));
}

for (const [columns, rows] of SIZES)
  test(`on a light background no screen has yellow, cyan or white of ours, and the text is the same, ${columns}x${rows}`, async () => {
    const look = { ...LOOK, colours: coloursOn('light', {}, {}) };
    let seen = new Set<number>();
    for (const name of SCREEN_NAMES) {
      const dark = (await atScreen(name, columns, rows)).store.getState();
      const light = { ...dark, look };
      assert.equal(await writtenFrame(light, KEYS), await writtenFrame(dark, KEYS), name);
      // A log has its own.
      if (dark.tab !== 'log' && columns < 200) seen = new Set([...seen, ...coloursIn(light)]);
    }
    for (const unreadable of [33, 36, 37, 93, 96, 97])
      assert.equal(seen.has(unreadable), false, `colour ${unreadable}`);
  });

for (const [columns, rows] of SIZES)
  test(`with NO_COLOR no screen has a colour, and the text is the same, ${columns}x${rows}`, async () => {
    for (const name of SCREEN_NAMES) {
      const coloured = (await atScreen(name, columns, rows)).store.getState();
      const plain = { ...coloured, look: { ...LOOK, colour: false } };
      assert.deepEqual([...coloursIn(plain)], [], name);
      assert.equal(await writtenFrame(plain, KEYS), await writtenFrame(coloured, KEYS), name);
    }
    const empty = emptyUi(columns, rows);
    assert.notEqual(coloursIn(empty).size, 0);
    assert.deepEqual([...coloursIn({ ...empty, look: { ...LOOK, colour: false } })], []);
  });

for (const name of ['list', 'env', 'plan', 'log', 'help', 'delete', 'end-others', 'quit', 'failure'])
  test(`the screen '${name}' in ASCII`, async () => {
    const look = { ...LOOK, ascii: true };
    const state = (await atScreen(name, 80, 24, { look })).store.getState();
    const frame = await writtenFrame(state, KEYS);
    assert.doesNotMatch(frame, /[^\n\u0020-\u007e]/);
    matchesGolden(`ui/${name}.ascii.txt`, frame);
  });

test('names, variables and logs of strangers are shown as escapes, and do nothing', async () => {
  const builds = [
    uiBuild('evil', 1, {
      outer: hostPath(`/tmp/nix-build-${HOSTILE}.drv-0`),
      name: { value: HOSTILE, source: 'path' },
      owner: { uid: 1, gid: 1, user: HOSTILE },
      problems: [HOSTILE],
    }),
  ];
  for (const [name, keys] of Object.entries(SCREENS)) {
    const state = (await afterKeys(emptyUi(200, 60, builds), keys, hostileCore())).store.getState();
    assert.deepEqual(acts(state), [], name);
    if (name === 'list' || name === 'log')
      matchesGolden(`ui/hostile-${name}.200x60.txt`, await writtenFrame(state, KEYS));
  }
});
