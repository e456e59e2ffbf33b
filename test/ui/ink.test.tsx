/** The views as Ink itself renders them (ink-testing-library, whose terminal is 100 columns wide), and the keys as Ink reads them. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { render } from 'ink-testing-library';
import type { App } from '../../src/ui/app.ts';
import { Screen } from '../../src/ui/screen.tsx';
import { matchesGolden } from '../support/golden.ts';
import { until } from '../support/patience.ts';
import { uiApp, uiState } from '../support/ui-state.ts';
import { atScreen, SCREEN_NAMES } from '../support/ui-story.ts';

const [COLUMNS, ROWS] = [100, 30];

function rendered(t: TestContext, app: App): ReturnType<typeof render> & { readonly text: () => string } {
  const ink = render(<Screen app={app} />);
  t.after(() => ink.unmount());
  const lines = (): readonly string[] => stripVTControlCharacters(ink.lastFrame() ?? '').split('\n');
  return {
    ...ink,
    text: () =>
      `${lines()
        .map(line => line.trimEnd())
        .join('\n')}\n`,
  };
}

for (const name of SCREEN_NAMES)
  test(`the view '${name}', as Ink renders it`, async t => {
    const { text } = rendered(t, await atScreen(name, COLUMNS, ROWS));
    matchesGolden(`ui/ink/${name}.txt`, text());
  });

test('a key that Ink reads changes the frame, and a filter is typed', async t => {
  const { app } = uiApp(uiState(COLUMNS, ROWS));
  const { stdin, text, frames } = rendered(t, app);
  const list = text();
  stdin.write('?');
  const help = await until('help', () => text() !== list && text(), text);
  assert.match(help, /Keys that work here/);
  assert.ok(frames.length > 1);
  stdin.write('\u001b');
  await until('the list again', () => text() === list, text);
  for (const letter of '/ssl') stdin.write(letter);
  await until('what was typed', () => /ssl/.test(text().split('\n').at(-2) ?? ''), text);
});
