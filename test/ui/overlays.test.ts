/** What lies over the panels: help, palette and choices say all that they have to say, and only keys that do something. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { App } from '../../src/ui/app.ts';
import { areas } from '../../src/ui/frame.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { lineText } from '../../src/ui/line.ts';
import { onKey } from '../../src/ui/router.ts';
import type { State } from '../../src/ui/state.ts';
import { BUILDS, uiApp, uiState } from '../support/ui-state.ts';
import { storyCore } from '../support/ui-story.ts';

const lines = (state: State): readonly string[] => areas(state, KEYS).flatMap(area => area.lines.map(lineText));
const screen = (app: App): string => lines(app.store.getState()).join('\n');
const keys = (app: App, ...names: readonly string[]): void => names.forEach(name => onKey(app, name));

/** The lines of what lies over the panels. */
const overlay = (app: App): readonly string[] =>
  areas(app.store.getState(), KEYS)
    .filter(({ id }) => id === 'overlay')
    .flatMap(area => area.lines.map(lineText));

for (const tab of ['dirs', 'env', 'plan', 'log', 'shell'] as const)
  test(`no key is told of in half a sentence at 80 columns: ${tab}`, () => {
    const { app } = uiApp(uiState(80, 60, { tab }), storyCore());
    keys(app, '?');
    const help = overlay(app).slice(1, -2);
    assert.ok(help.length > 20);
    assert.deepEqual(
      help.filter(line => line.includes('…')),
      [],
    );
  });

test('the keys that were filtered stay so after Enter; Esc shows all again, and then closes', () => {
  const { app } = uiApp(uiState(80, 24));
  keys(app, '?', '/', ...'delete'.split(''));
  assert.match(
    screen(app)
      .split('\n')
      .at(-1 - overlay(app).length) ?? '',
    /^ Enter done *$/,
  );
  keys(app, 'enter');
  const shown = overlay(app).join('\n');
  assert.match(shown, /\/ delete/);
  assert.match(shown, /delete the kept directory/);
  assert.doesNotMatch(shown, /copy the path/);
  keys(app, '/', 'escape');
  assert.match(overlay(app).join('\n'), /copy the path|sort by age/);
  keys(app, 'escape');
  assert.equal(app.store.getState().overlay, null);
});

test('the build to compare with is found by typing', () => {
  const { app } = uiApp(uiState(80, 24), storyCore());
  keys(app, 'e', '=', ...'hello'.split(''));
  assert.equal(overlay(app).filter(line => line.includes('/tmp/')).length, 1);
  keys(app, 'enter');
  assert.equal(app.store.getState().env.compare, BUILDS[2]?.outer);
  assert.equal(app.store.getState().typing, null);
  keys(app, '=', '=', ...'nothing like it'.split('').map(key => (key === ' ' ? 'space' : key)));
  assert.match(overlay(app).join('\n'), /no build matches/);
  keys(app, 'enter');
  assert.equal(app.store.getState().overlay, null);
  keys(app, '=', 'down', 'escape');
  assert.equal(app.store.getState().env.compare, null);
  assert.equal(app.store.getState().overlay, null);
});

test('notes are shown in full, and every way of closing closes them', () => {
  const notes = ['one that is short', `a long one: ${'word '.repeat(30)}end`];
  for (const key of ['escape', 'enter', 'q', 'ctrl-c', '?']) {
    const { app, asked } = uiApp(uiState(80, 24, { overlay: { kind: 'notes', title: 'Before you begin', notes } }));
    assert.match(overlay(app).join('\n'), /· one that is short .*· a long one: .* end /s);
    keys(app, key);
    assert.equal(app.store.getState().overlay, null);
    assert.equal(asked.left, false);
  }
});
