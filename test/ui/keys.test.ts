/** What keys do, told by their names, without a terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context } from '../../src/ui/app.ts';
import { keysOf } from '../../src/ui/binding.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { bindingFor, onKey } from '../../src/ui/router.ts';
import { BUILDS, emptyUi, uiApp, uiState } from '../support/ui-state.ts';

const press = (state = uiState(80, 24)) => {
  const made = uiApp(state);
  return {
    ...made,
    keys: (...names: string[]) => names.forEach(name => onKey(made.app, name)),
    state: () => made.app.store.getState(),
  };
};

test('in one place a key does one thing', () => {
  const contexts = new Set(KEYS.flatMap(({ when }) => when));
  for (const context of contexts) {
    const keys = KEYS.filter(({ when }) => when.includes(context)).flatMap(binding => keysOf(binding, {}));
    assert.deepEqual(
      keys.filter((key, at) => keys.indexOf(key) !== at),
      [],
      `in ${context}`,
    );
  }
});

test('a binding has one name, and every context has a way back or out', () => {
  const ids = KEYS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const context of ['typing', 'help', 'palette', 'delete', 'quit', 'endOthers', 'failure'] satisfies Context[])
    assert.ok(
      KEYS.some(({ when, keys }) => when.includes(context) && keys.includes('escape')),
      context,
    );
});

test('the cursor moves and stays in the list', () => {
  const { keys, state } = press();
  keys('j');
  assert.equal(state().selected, BUILDS[1]?.outer);
  keys('G', 'j', 'down');
  assert.equal(state().selected, BUILDS[2]?.outer);
  keys('home', 'k');
  assert.equal(state().selected, BUILDS[0]?.outer);
});

test('Enter opens a shell in the selected build', () => {
  const { keys, asked } = press();
  keys('j', 'enter');
  assert.deepEqual(asked.opened, [`nix-build-shell ${BUILDS[1]?.outer}`]);
});

test('a filter puts the cursor on its best match, and without it the cursor stays there', () => {
  const { keys, state } = press();
  const wanted = BUILDS[1];
  keys('G', '/', ...(wanted?.name?.value ?? '').split(''), 'enter');
  assert.equal(state().selected, wanted?.outer);
  assert.equal(state().shown[0]?.outer, wanted?.outer);
  keys('escape');
  assert.equal(state().filter, '');
  assert.equal(state().selected, wanted?.outer);
});

test('Enter never confirms a deletion', () => {
  const { keys, asked, state } = press();
  keys('d', 'enter');
  assert.deepEqual(asked.removed, []);
  assert.equal(state().overlay?.kind, 'delete');
  keys('n');
  assert.equal(state().overlay, null);
});

test('marked builds are deleted after y, and leave the list', async () => {
  const { keys, asked, state } = press();
  keys('space', 'space', 'd', 'y');
  await new Promise(resolve => setTimeout(resolve, 20));
  assert.deepEqual(asked.removed, [BUILDS[0]?.outer, BUILDS[1]?.outer]);
  assert.deepEqual(
    state().builds.map(({ outer }) => outer),
    [BUILDS[2]?.outer],
  );
  assert.equal(state().selected, BUILDS[2]?.outer);
  assert.equal(state().marked.size, 0);
});

test('on an empty machine y copies the command that makes a kept build', () => {
  const { keys, asked } = press(emptyUi(80, 24));
  keys('y');
  assert.deepEqual(asked.copied, ['nix-build -A PACKAGE --keep-failed']);
});

test("the settings' keys take the place of ours", () => {
  const state = { ...uiState(80, 24), keys: { sort: ['S'] } };
  assert.equal(bindingFor(state, KEYS, 'S')?.id, 'sort');
  assert.notEqual(bindingFor(state, KEYS, 'o')?.id, 'sort');
});

test('q leaves', () => {
  const { keys, asked } = press();
  keys('q');
  assert.equal(asked.left, true);
});
