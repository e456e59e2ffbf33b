/** Several panes, some of them in one sandbox: what is started for each, and what is said of it. The programs are made up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { App } from '../../src/ui/app.ts';
import { areas } from '../../src/ui/frame.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { lineText } from '../../src/ui/line.ts';
import { makePanes } from '../../src/ui/open-panes.ts';
import { onKey } from '../../src/ui/router.ts';
import { ENDED_WITH_SANDBOX as KILLED } from '../../src/ui/shells.ts';
import { type FakeTerminal, fakeTerminal } from '../support/fake-terminal.ts';
import { uiApp, uiState } from '../support/ui-state.ts';

interface Made {
  readonly app: App;
  readonly terminal: FakeTerminal;
  /** `menu-s`: behind the reserved key. */
  keys(...names: readonly string[]): void;
  /** The panes in their order, each as `NUMBER NAME: END`; `>` is shown. */
  panes(): readonly string[];
  /** What was started, one after the other. */
  started(): readonly string[];
  /** The text of what lies over the panels. */
  shown(): string;
}

function made(): Made {
  const { app: bare } = uiApp(uiState(80, 24));
  const core = {
    ...bare.core,
    shell: (build: { readonly outer: string }) => ({ argv: ['run', build.outer], shown: 'run' }),
    enter: (launcher: number) => ({ argv: ['enter', String(launcher)], shown: `enter ${launcher}` }),
  };
  const terminal = fakeTerminal();
  const app: App = { ...bare, core, panes: makePanes(terminal, bare.store, core, () => undefined).actions };
  const state = () => app.store.getState();
  return {
    app,
    terminal,
    keys: (...names) =>
      names.forEach(name => {
        if (name.startsWith('menu-')) app.store.setState({ paneMenu: true });
        onKey(app, name.replace('menu-', ''));
      }),
    panes: () =>
      state().panes.map(
        ({ id, name, ended }) => `${id === state().pane ? '>' : ''}${id} ${name}${ended === null ? '' : `: ${ended}`}`,
      ),
    shown: () =>
      areas(state(), KEYS)
        .filter(({ id }) => id === 'overlay')
        .flatMap(({ lines }) => lines.map(lineText))
        .join('\n'),
    started: () => terminal.opened.map(({ words }) => words.map(word => word.replace(/.*nix-build-/, '')).join(' ')),
  };
}

test('one more shell enters the sandbox of the shown one, and stands beside it', () => {
  const ui = made();
  ui.keys('enter', '1', 'j', 'enter');
  assert.deepEqual(ui.panes(), ['101 wttr-0.1.0', '>102 openssl-sys-0.9.102']);
  ui.keys('menu-n', 'menu-s');
  assert.equal(ui.started().at(-1), 'enter 101');
  assert.deepEqual(ui.panes(), ['101 wttr-0.1.0', '>103 wttr-0.1.0', '102 openssl-sys-0.9.102']);
  const { focus, paneMenu, panes } = ui.app.store.getState();
  assert.deepEqual([focus, paneMenu, panes[1]?.command], ['pane', false, 'enter 101']);
  // A third one enters the same, not the second one's.
  ui.keys('menu-s');
  assert.equal(ui.started().at(-1), 'enter 101');
});

test('the first shell ends, and the others with it: each says so, whichever is heard of first', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const ui = made();
    ui.keys('enter', 'menu-s');
    for (const at of order) ui.terminal.opened[at]?.ends(at === 0 ? 0 : 137);
    assert.deepEqual(ui.panes(), ['101 wttr-0.1.0: ended with status 0', `>102 wttr-0.1.0: ${KILLED}`]);
    assert.equal(ui.app.store.getState().focus, 'chrome');
  }
});

test('one that is killed alone, or ends by itself, says its status', () => {
  const ui = made();
  ui.keys('enter', 'menu-s');
  ui.terminal.opened[1]?.ends(137);
  assert.deepEqual(ui.panes(), ['101 wttr-0.1.0', '>102 wttr-0.1.0: ended with status 137']);
  ui.keys('r');
  assert.equal(ui.started().at(-1), 'enter 101');
  ui.terminal.opened[2]?.ends(3);
  ui.terminal.opened[0]?.ends(0);
  assert.deepEqual(ui.panes(), ['101 wttr-0.1.0: ended with status 0', '>103 wttr-0.1.0: ended with status 3']);
});

test('a shell of a sandbox that has ended is restarted with that, in their places', () => {
  const ui = made();
  ui.keys('enter', 'menu-s');
  ui.terminal.opened[0]?.ends(0);
  ui.terminal.opened[1]?.ends(137);
  ui.keys('s');
  assert.equal(ui.app.store.getState().toast, 'its sandbox has ended: r makes it again');
  ui.keys('r');
  assert.deepEqual(ui.started(), ['run wttr-0.1.0.drv-0', 'enter 101', 'run wttr-0.1.0.drv-0', 'enter 103']);
  assert.deepEqual(ui.panes(), ['103 wttr-0.1.0', '>104 wttr-0.1.0']);
});

test('the first one restarted is another sandbox; those of the old one have ended, and r brings them into the new one', () => {
  const ui = made();
  ui.keys('enter', 'menu-s', 'menu-n', 'menu-r', 'y');
  ui.terminal.opened[1]?.ends(137);
  assert.deepEqual(ui.panes(), ['>103 wttr-0.1.0', `102 wttr-0.1.0: ${KILLED}`]);
  ui.keys('menu-n', 'r');
  assert.equal(ui.started().at(-1), 'enter 103');
  assert.deepEqual(ui.panes(), ['103 wttr-0.1.0', '>104 wttr-0.1.0']);
});

test('where the first pane was closed, r makes the sandbox in the pane that is left', () => {
  const ui = made();
  ui.keys('enter', 'menu-s', 'menu-n', 'menu-x', 'y');
  ui.terminal.opened[1]?.ends(137);
  assert.deepEqual(ui.panes(), [`>102 wttr-0.1.0: ${KILLED}`]);
  ui.keys('r');
  assert.deepEqual(ui.panes(), ['>103 wttr-0.1.0']);
  assert.equal(ui.app.store.getState().panes[0]?.first, true);
  ui.keys('menu-s');
  assert.equal(ui.started().at(-1), 'enter 103');
});

test('on the empty panel s opens a shell', () => {
  const ui = made();
  ui.keys('5', 's');
  assert.deepEqual(ui.panes(), ['>101 wttr-0.1.0']);
});

test('what ends other shells is asked first, with how many; Enter never says yes', () => {
  for (const [key, done] of [
    ['menu-x', ['>102 wttr-0.1.0', '103 wttr-0.1.0']],
    ['menu-r', ['>104 wttr-0.1.0', '102 wttr-0.1.0', '103 wttr-0.1.0']],
  ] as const) {
    const ui = made();
    ui.keys('enter', 'menu-s', 'menu-s', 'menu-n');
    const before = ['>101 wttr-0.1.0', '102 wttr-0.1.0', '103 wttr-0.1.0'];
    for (const no of ['n', 'escape', 'q', 'ctrl-c']) {
      ui.keys(key, 'enter');
      assert.match(ui.shown(), /first shell of wttr-0\.1\.0.* 2 other shells run in its sandbox, and end with it/s);
      assert.deepEqual(ui.panes(), before);
      ui.keys(no);
      assert.equal(ui.app.store.getState().overlay, null);
      // The shell has the keyboard again.
      assert.equal(ui.app.store.getState().focus, 'pane');
    }
    assert.deepEqual(ui.panes(), before);
    ui.keys(key, 'y');
    assert.deepEqual(ui.panes(), done);
  }
});

test('where nothing else ends nothing is asked: another shell, one alone, one whose others have ended', () => {
  const ui = made();
  ui.keys('enter', 'menu-s', 'menu-x');
  assert.deepEqual(ui.panes(), ['>101 wttr-0.1.0']);
  ui.keys('menu-s');
  ui.terminal.opened[2]?.ends(0);
  // A shell of another sandbox does not count.
  ui.keys('1', 'j', 'enter', 'menu-n', 'menu-x');
  assert.equal(ui.app.store.getState().overlay, null);
  assert.deepEqual(ui.panes(), ['>103 wttr-0.1.0: ended with status 0', '104 openssl-sys-0.9.102']);
});

test('a shell that ends while it is asked for answers by itself', () => {
  const ui = made();
  ui.keys('enter', 'menu-s', 'menu-n', 'menu-x');
  ui.terminal.opened[0]?.ends(0);
  assert.equal(ui.app.store.getState().overlay, null);
  assert.deepEqual(ui.panes(), ['>101 wttr-0.1.0: ended with status 0', '102 wttr-0.1.0']);
});
