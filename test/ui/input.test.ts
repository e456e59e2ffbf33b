/** What a terminal sends besides keys, and keys that come close together, through Ink's own parser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inkOn } from '../support/ink-frame.tsx';
import { uiApp, uiState } from '../support/ui-state.ts';

const REPORTS =
  '\u001b[<0;12;15M\u001b[<0;12;15m\u001b[M !!\u001b[?1;2c\u001b[12;1R\u001b[I\u001b[O\u001b]11;rgb:ffff/ffff/dddd\u0007\u001bP>|XTerm(370)\u001b\\';

test('reports and answers of the terminal are no keys', async () => {
  const { app } = uiApp(uiState(80, 24));
  const drawn = inkOn(app);
  const before = app.store.getState();
  await drawn.type(REPORTS);
  assert.deepEqual(app.store.getState(), before);
  drawn.end();
});

test('Esc and a key that a slow line delivers at once are both done', async () => {
  const { app } = uiApp(uiState(80, 24));
  const drawn = inkOn(app);
  await drawn.type('/wttr');
  assert.equal(app.store.getState().filter, 'wttr');
  await drawn.type('\u001b3');
  assert.equal(app.store.getState().filter, '');
  assert.equal(app.store.getState().tab, 'plan');
  await drawn.type('\u001b\u001b[B');
  assert.equal(app.store.getState().tab, 'dirs');
  assert.equal(app.store.getState().selected, app.store.getState().shown[1]?.outer);
  drawn.end();
});
