/** The panels beside each other: what they show is loaded when it is seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followSize } from '../../src/ui/actions/load.ts';
import { set } from '../../src/ui/app.ts';
import { uiApp, uiState } from '../support/ui-state.ts';

test('what a panel shows is loaded when the terminal becomes large enough for it', () => {
  const { app } = uiApp(uiState(80, 24));
  const stop = followSize(app);
  const { selected } = app.store.getState();
  set(app, { size: { columns: 120, rows: 40 } });
  assert.equal(app.store.getState().details.get(selected ?? '')?.state, 'loading');
  assert.equal(app.store.getState().plans.size, 0);
  set(app, { size: { columns: 200, rows: 60 } });
  assert.equal(app.store.getState().plans.get(selected ?? '')?.state, 'loading');
  stop();
});
