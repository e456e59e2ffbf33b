/**
 * `nix-build-shell` alone, on a terminal: the list of kept builds, then the UI around it (dist/front.cjs).
 *
 * The first frame is written before React and Ink are loaded, by the layout code that Ink's frames are made with: that takes a
 * third of the time (docs/decisions/0025-first-frame-before-ink.md).
 */
import { EXIT } from '../base/failure.ts';
import type { Core } from '../ui/core.ts';
import { areas, written } from '../ui/frame.ts';
import { BINDINGS } from '../ui/keys.ts';
import { DEFAULT_COLOURS, isUtf8Locale } from '../ui/look.ts';
import type { Opening } from '../ui/open.tsx';
import { initialState, type State } from '../ui/state.ts';
import { listForNewcomers } from './commands/list.ts';
import { say, writeAll } from './say.ts';
import { type UiArguments, uiArguments } from './ui-arguments.ts';
import { uiCore } from './ui-core.ts';

const LEAVE = '\u001b[?25h\u001b[?1049l';

/** Opens the UI. @returns the exit status */
export async function openFront(words: readonly string[]): Promise<number> {
  const given = uiArguments(words);
  if ('problem' in given) {
    say(`${given.problem}; 'nix-build-shell --help' tells more`);
    return EXIT.usage;
  }
  if (given.plain || process.env['TERM'] === 'dumb') return listForNewcomers();
  const core = uiCore(given);
  const state = await firstState(core, given);
  writeAll(1, `\u001b[?1049h\u001b[?25l\u001b[2J${written(areas(state, BINDINGS), state.look)}`);
  // Keys that come before Ink is there wait, and are not echoed over the frame.
  process.stdin.setRawMode(true);
  const leave = (): void => void writeAll(1, LEAVE);
  process.once('exit', leave);
  const { openUi } = (await import(new URL('./ui.mjs', import.meta.url).href)) as {
    openUi: (opening: Opening) => Promise<number>;
  };
  process.off('exit', leave);
  return openUi({ core, state });
}

async function firstState(core: Core, given: UiArguments): Promise<State> {
  const environment = process.env;
  const builds = await core.list();
  return initialState({
    size: { columns: process.stdout.columns, rows: process.stdout.rows },
    nowMs: Date.now(),
    look: {
      colour: (environment['NO_COLOR'] ?? '') === '',
      ascii: given.ascii || !isUtf8Locale(environment),
      colours: DEFAULT_COLOURS,
    },
    store: given.store,
    reservedKey: 'ctrl-]',
    keys: {},
    places: core.places(),
    builds,
  });
}
