/**
 * `nix-build-shell` alone, on a terminal: the list of kept builds, then the UI around it (dist/front.cjs).
 *
 * The first frame is written before React and Ink are loaded, by the layout code that Ink's frames are made with: that takes a
 * third of the time (docs/decisions/0025-first-frame-before-ink.md).
 */
import { resolve } from 'node:path';
import { EXIT, failureLine } from '../base/failure.ts';
import { printable } from '../base/printable.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { listKeptBuilds, placesOf } from '../nix/locations.ts';
import type { Core } from '../ui/core.ts';
import { areas, written } from '../ui/frame.ts';
import { KEYS } from '../ui/keys.ts';
import { coloursOn, isLight, isUtf8Locale } from '../ui/look.ts';
import type { Opening } from '../ui/open.tsx';
import { initialState, type State } from '../ui/state.ts';
import { demoCommand } from './demo.ts';
import { guardFirstFrame } from './early-end.ts';
import { finishWith } from './finish.ts';
import { loadKept } from './kept-code.ts';
import { lookInto } from './look-into.ts';
import { readSettings } from './read-settings.ts';
import { say, writeAll } from './say.ts';
import { type UiArguments, uiArguments } from './ui-arguments.ts';

/** Opened, the bundles of the UI go one way. */
const OPENED = 1;

type LineMode = (given: UiArguments) => Promise<number>;
type MakeCore = (given: UiArguments, shown: readonly KeptBuild[]) => Core;

/** Opens the UI, and ends the process with it. @param words those of the UI @param keep keeps what was compiled of this bundle */
export function startFront(words: readonly string[], keep: (ways: number) => void): void {
  finishWith(openFront(words, keep));
}

async function openFront(words: readonly string[], keep: (ways: number) => void): Promise<number> {
  const given = uiArguments(words);
  if ('problem' in given) {
    say(`${given.problem}; 'nix-build-shell --help' tells more`);
    return EXIT.usage;
  }
  if (given.plain || wantsLines(process.env)) {
    const { lineMode } = require('./plain.cjs') as { lineMode: LineMode };
    return lineMode(given);
  }
  const state = await firstState(given);
  const release = guardFirstFrame();
  // Keys that come before Ink is there wait, and are not echoed over the frame.
  process.stdin.setRawMode(true);
  writeAll(1, `\u001b[?1049h\u001b[?25l\u001b[2J${written(areas(state, KEYS), state.look)}`);
  const directory = import.meta.dirname;
  const ui = loadKept<{ readonly openUi: (opening: Opening) => Promise<number> }>(directory, 'ui');
  const core = loadKept<{ readonly uiCore: MakeCore }>(directory, 'core');
  const settled = (): void => {
    for (const kept of [keep, ui.keep, core.keep]) kept(OPENED);
  };
  // What runs before its first wait takes the terminal over.
  const opened = ui.exports.openUi({ core: core.exports.uiCore(given, state.builds), state, settled });
  release();
  return opened;
}

/** A terminal that cannot be drawn on, a screen reader, or none. */
function wantsLines(environment: NodeJS.ProcessEnv): boolean {
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const reader = !['', '0', 'false', undefined].includes(environment['INK_SCREEN_READER']);
  return !terminal || reader || ['dumb', '', undefined].includes(environment['TERM']);
}

async function firstState(given: UiArguments): Promise<State> {
  const environment = process.env;
  const places = { environment, storeRoot: given.store, extra: given.directories.map(place => resolve(place)) };
  const { settings, problems } = readSettings(environment);
  const builds = await listKeptBuilds(places);
  const state = initialState({
    size: { columns: process.stdout.columns, rows: process.stdout.rows },
    nowMs: Date.now(),
    look: {
      colour: (environment['NO_COLOR'] ?? '') === '',
      ascii: given.ascii || settings.ascii || !isUtf8Locale(environment),
      colours: coloursOn(settings.theme, settings.colours, environment),
    },
    store: given.store,
    reservedKey: settings.reservedKey,
    keys: settings.keys,
    clipboard: settings.clipboard,
    mouse: settings.mouse,
    tellColours: settings.tellColours,
    light: isLight(settings.theme, environment),
    title: settings.title,
    directories: places.extra,
    places: placesOf(places),
    demo: demoCommand(),
    builds,
  });
  const closed = places.extra
    .map(lookInto)
    .flatMap(looked => (looked.ok ? [] : [printable(failureLine(looked.failure))]));
  return withNotes(state, [...closed, ...problems.map(printable), ...bySudo(environment)]);
}

/** What is to be said at the start: in the last line where that holds it, else all of it over the list. */
function withNotes(state: State, notes: readonly string[]): State {
  const [first] = notes;
  if (first === undefined) return state;
  if (notes.length === 1 && first.length < state.size.columns) return { ...state, toast: first };
  return { ...state, overlay: { kind: 'notes', title: 'Before you begin', notes } };
}

/** The list stays root's, as it deletes what belongs to build users; the shells that it opens are plain runs (sudo.ts). */
function bySudo({ SUDO_UID: uid = '', SUDO_USER: user = '' }: NodeJS.ProcessEnv): readonly string[] {
  if (process.geteuid?.() !== 0 || !(Number(uid) > 0)) return [];
  return [`plans are root's here; shells act for ${printable(user) || `user ${Number(uid)}`} where that is enough`];
}
