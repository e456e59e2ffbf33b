/** The terminal as the UI has it: the composed one of `terminal/`, its panes as the actions see them, and the shells that run in them. */
import type { StoreApi } from 'zustand/vanilla';
import { openTerminalApp, type TerminalApp } from '../terminal/terminal-app.ts';
import type { Core, ShellCommand } from './core.ts';
import { makePanes, type OpenPanes } from './open-panes.ts';
import { paneHasKeyboard, paneRect } from './pane-place.ts';
import type { Panes } from './panes.ts';
import { controlCharacter } from './settings.ts';
import type { State } from './state.ts';
import { windowTitle } from './views/shell.ts';

export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly panes: Panes;
  /** @returns what to say */
  readonly copy: (text: string) => Promise<string>;
  readonly suspend: () => void;
  readonly repaint: () => void;
  readonly close: () => Promise<void>;
}

/** Takes the terminal over; the first frame is on its alternate screen already. */
export function openTerminal(store: StoreApi<State>, core: Core): Terminal {
  const app = openTerminalApp({
    input: process.stdin,
    output: process.stdout,
    reservedKey: controlCharacter(store.getState().reservedKey),
    allowClipboard: store.getState().clipboard,
    allowMouse: store.getState().mouse,
    allowColours: store.getState().tellColours,
    light: store.getState().light,
  });
  const fullScreen = (command: ShellCommand): void => {
    void app.suspend(async () => {
      const status = await core.runOnTerminal(command);
      store.setState({ toast: status === 0 ? null : `the shell ended with status ${status}` });
    });
  };
  const panes = makePanes(app, store, core, fullScreen);
  const show = (state: State): void => showPane(app, panes, state);
  store.subscribe(show);
  app.onResize(() => store.setState({ size: app.size() }));
  app.onReservedKey(() => store.setState({ paneMenu: true, toast: null }));
  return {
    stdin: app.stdin,
    stdout: app.stdout,
    panes: panes.actions,
    copy: text => copy(app, core, text),
    suspend: () => app.stop(),
    repaint: () => app.repaint(),
    close: async () => {
      await panes.closeAll();
      app.leave();
    },
  };
}

function showPane(app: TerminalApp, panes: OpenPanes, state: State): void {
  if (state.title) app.setTitle(windowTitle(state));
  const rect = paneRect(state);
  const pane = rect === null ? null : panes.shown(state.pane);
  app.show({ pane, rect, focus: pane !== null && paneHasKeyboard(state) ? 'pane' : 'chrome' });
}

async function copy(app: TerminalApp, core: Core, text: string): Promise<string> {
  // As it comes, tmux ignores what programs in it want on the clipboard (set-clipboard external), and tells nobody.
  if (await core.copyToTmux(text)) return 'copied to tmux, and to the clipboard where the terminal allows it';
  if (app.writeClipboard(text)) return 'copied (where the terminal allows it: OSC 52)';
  const saved = core.saveCopy(text);
  return saved.ok ? `too long for the clipboard: it is in ${saved.value}` : 'it is too long for the clipboard';
}
