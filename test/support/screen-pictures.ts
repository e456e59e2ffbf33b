/** The pictures of docs/screens: each screen of the UI on a made-up machine, drawn by a terminal in memory. */
import { makeGrid } from '../../src/terminal/grid.ts';
import { makeScreen } from '../../src/terminal/screen.ts';
import { areas, written } from '../../src/ui/frame.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { paneRect } from '../../src/ui/pane-place.ts';
import type { State } from '../../src/ui/state.ts';
import { pictureOf } from './picture.ts';
import { BUILDS, emptyUi, paneInfo, uiState } from './ui-state.ts';
import { afterKeys, atScreen, SCREENS } from './ui-story.ts';

const SMALL = [80, 24] as const;
const WIDE = [120, 40] as const;

/** What a shell in the pane shows. */
const SESSION = [
  'nix-build-shell: in wttr-0.1.0; /build is gone at the end (or --keep)',
  '\u001b[1;36m[wttr-0.1.0]\u001b[0m /build/source $ cargo build --release --frozen',
  '\u001b[1;32m   Compiling\u001b[0m openssl-sys v0.9.102',
  '\u001b[1;31merror\u001b[0m: failed to run custom build command for `openssl-sys v0.9.102`',
  '\u001b[1;36m[wttr-0.1.0]\u001b[0m /build/source $ type -p pkg-config || echo missing',
  'missing',
  '\u001b[1;36m[wttr-0.1.0]\u001b[0m /build/source $ \u001b[7m \u001b[0m',
].join('\r\n');

/** What a second one in the same sandbox shows. */
const SECOND = [
  'nix-build-shell: in wttr-0.1.0 (process 31337), beside its first shell or command; it',
  ' ends with that',
  '\u001b[1;36m[wttr-0.1.0]\u001b[0m /build $ ps -o pid,args',
  '  PID COMMAND',
  '    1 nix-build-shell-init',
  '    2 bash -i',
  '   17 cargo build --release --frozen',
  '   23 build-script-main',
  '   31 bash -i',
  '   32 ps -o pid,args',
  '\u001b[1;36m[wttr-0.1.0]\u001b[0m /build $ cat /proc/23/wchan; echo',
  'do_wait',
  '\u001b[1;36m[wttr-0.1.0]\u001b[0m /build $ \u001b[7m \u001b[0m',
].join('\r\n');

/** What may lie over a screen, besides: a choice, questions, and what is to be read. */
const OVER = [
  ['compare', 'a build to compare with is chosen'],
  ['end-others', 'the question before shells are ended'],
  ['quit', 'the question before leaving'],
  ['failure', 'something did not work'],
  ['notes', 'what is said when it opens'],
] as const;

/** Every picture, by the name of its file. */
export async function screenPictures(): Promise<ReadonlyMap<string, string>> {
  const pictures = new Map<string, string>();
  const add = async (name: string, title: string, state: State, pane = ''): Promise<void> =>
    void pictures.set(`${name}.svg`, await picture(title, state, pane));
  for (const name of ['list', 'env-phase', 'plan', 'log', 'help', 'palette', 'delete'])
    await add(name, `nix-build-shell: ${name}`, await after(SMALL, SCREENS[name] ?? []));
  for (const [name, title] of OVER)
    await add(name, `nix-build-shell: ${title}`, (await atScreen(name, ...SMALL)).store.getState());
  await add('empty', 'nix-build-shell: no kept build was found', emptyUi(...SMALL));
  await add('wide', 'nix-build-shell on a wide terminal: the list and a log', await after(WIDE, SCREENS['log'] ?? []));
  await add('shell', "nix-build-shell: a shell in the build's sandbox", inShell(uiState(...SMALL)), SESSION);
  const two = [paneInfo({}), paneInfo({ id: 2, first: false, command: 'nix-build-shell enter 31337' })];
  const second = { ...inShell(uiState(...SMALL)), panes: two, pane: 2 };
  await add('panes', 'nix-build-shell: two shells in one sandbox', second, SECOND);
  return pictures;
}

async function after([columns, rows]: readonly [number, number], keys: readonly string[]): Promise<State> {
  return (await afterKeys(uiState(columns, rows), keys)).store.getState();
}

function inShell(state: State): State {
  const build = BUILDS[0]?.outer ?? '';
  const panes = [paneInfo({ build, name: 'wttr-0.1.0', command: `nix-build-shell ${build}` })];
  return { ...state, tab: 'shell', focus: 'pane', panes, pane: 1 };
}

async function picture(title: string, state: State, session: string): Promise<string> {
  const { columns, rows } = state.size;
  const grid = makeGrid(columns, rows);
  const screenOf = async (bytes: string, width: number, height: number) => {
    const screen = makeScreen({ columns: width, rows: height, scrollback: 0 });
    await new Promise<void>(resolve => screen.write(bytes, resolve));
    return screen;
  };
  const chrome = await screenOf(written(areas(state, KEYS), state.look), columns, rows);
  chrome.copyTo(grid, 0, 0, columns, rows);
  const rect = paneRect(state);
  if (rect !== null && session !== '') {
    const pane = await screenOf(session, rect.columns, rect.rows);
    pane.copyTo(grid, rect.x, rect.y, rect.columns, rect.rows);
  }
  return pictureOf(grid, title);
}
