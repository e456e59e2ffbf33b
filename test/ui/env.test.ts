/** The environment beside that of another build: what differs can be read, not only that it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../../src/base/failure.ts';
import { parseEnvVars } from '../../src/nix/parse-env-vars.ts';
import type { App } from '../../src/ui/app.ts';
import { areas } from '../../src/ui/frame.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { lineText } from '../../src/ui/line.ts';
import { onKey } from '../../src/ui/router.ts';
import { BUILDS, uiApp, uiState } from '../support/ui-state.ts';
import { settle, storyCore } from '../support/ui-story.ts';

const store = (name: string): string => `/nix/store/${'a'.repeat(32)}-${name}`;
const OWN = `declare -x PATH="${store('new')}/bin:${store('both')}/bin"
declare -x buildPhase="configure
make new
install"
declare -x doCheck="1"
`;
const OTHER = `declare -x PATH="${store('both')}/bin:${store('old')}/bin"
declare -x buildPhase="configure
make old
install"
declare -x doCheck=""
`;

async function compared(): Promise<App> {
  const { app } = uiApp(uiState(80, 40), {
    load: async build => {
      const text = build === BUILDS[0] ? OWN : OTHER;
      const env = parseEnvVars(Buffer.from(text), { kind: 'file', path: '/x/env-vars' });
      const nothing = { derivation: null, derivationFoundBy: null, builder: null, shell: null, notes: [] };
      return ok({ build, env, ...nothing, missing: new Set<string>() });
    },
  });
  for (const key of ['e', '=', 'enter']) {
    onKey(app, key);
    await settle();
  }
  return app;
}

const rows = (app: App): readonly string[] =>
  areas(app.store.getState(), KEYS).flatMap(({ lines }) => lines.map(line => lineText(line).trimEnd()));

test('a variable that is another one shows both values when it is opened, entry by entry and line by line', async () => {
  const app = await compared();
  onKey(app, 'w');
  const shown = rows(app).map(row => row.replace(/^▸/, ' '));
  for (const row of [
    '       + …-new/bin',
    '         …-both/bin',
    '       - …-old/bin',
    '         configure',
    '       - make old',
    '       + make new',
    '       - (empty)',
    '       + 1',
  ])
    assert.ok(shown.includes(row), `${row}\n${shown.join('\n')}`);
});

test("what is searched for is found in the other build's value, too", async () => {
  const app = await compared();
  for (const key of ['/', ...'make old'.split('').map(each => (each === ' ' ? 'space' : each)), 'enter'])
    onKey(app, key);
  assert.match(rows(app).join('\n'), /1 match 'make old'/);
  assert.match(rows(app).join('\n'), /~ buildPhase +▸ 3 lines/);
});

test('a short value that is another one can be opened and closed', async () => {
  const app = await compared();
  for (const key of ['G', 'k', 'k', 'k', 'k']) onKey(app, key);
  for (const key of ['/', ...'doCheck'.split(''), 'enter', 'j', 'enter']) onKey(app, key);
  assert.ok(rows(app).includes('       + 1'));
  onKey(app, 'enter');
  assert.ok(!rows(app).includes('       + 1'));
});

test('what is typed ahead while a panel is loaded is not lost', async () => {
  const { app } = uiApp(uiState(80, 24), storyCore());
  for (const key of ['e', 'j', 'j', 'G', 'k', '3', 'j', 'j']) onKey(app, key);
  await settle();
  assert.equal(app.store.getState().plan.cursor, 2);
  onKey(app, '2');
  const lines = rows(app);
  assert.match(lines.findLast(line => line.startsWith('▸')) ?? '', /Nix and stdenv|Other/);
});
