/** The panes that are open: each runs this program's own plain command, in a pty. */
import type { StoreApi } from 'zustand/vanilla';
import type { Pane, TerminalApp } from '../terminal/terminal-app.ts';
import type { Core, ShellCommand } from './core.ts';
import { paneRect } from './pane-place.ts';
import type { Panes } from './panes.ts';
import { controlCharacter } from './settings.ts';
import type { PaneInfo, State } from './state.ts';

export interface OpenPanes {
  readonly actions: Panes;
  shown(id: number | null): Pane | null;
  closeAll(): Promise<void>;
}

interface Opened {
  readonly pane: Pane;
  readonly command: ShellCommand;
}

type Given = Parameters<Panes['open']>[0];

/** @param fullScreen where no pane can be opened, the shell has the whole terminal */
export function makePanes(
  app: TerminalApp,
  store: StoreApi<State>,
  core: Core,
  fullScreen: (command: ShellCommand) => void,
): OpenPanes {
  const open = new Map<number, Opened>();
  const current = (): Opened | undefined => open.get(store.getState().pane ?? -1);
  const forget = (id: number): void => {
    open.delete(id);
    const { panes, pane } = store.getState();
    const rest = panes.filter(info => info.id !== id);
    const next = pane === id ? (rest.at(-1)?.id ?? null) : pane;
    store.setState({ panes: rest, pane: next, ...(next === null ? { tab: 'dirs', zoomed: false } : {}) });
  };

  const start = ({ build, name, command }: Given): void => {
    // The size that it will have: that of the panel, once it is shown.
    const { columns, rows } = paneRect({ ...store.getState(), tab: 'shell', pane: 0, overlay: null }) ?? app.size();
    const environment = { ...core.environment, TERM: 'xterm-256color', COLORTERM: 'truecolor' };
    const pane = app.openPane({ command: command.argv, environment, directory: process.cwd(), columns, rows });
    const state = pane.state();
    if (state.kind === 'failed') {
      store.setState({ toast: state.failure.because });
      return fullScreen(command);
    }
    open.set(pane.id, { pane, command });
    const info: PaneInfo = {
      id: pane.id,
      build,
      name,
      title: '',
      ended: null,
      command: command.shown,
      scrolledBack: false,
      selected: 0,
    };
    const { panes } = store.getState();
    const shown = { pane: pane.id, tab: 'shell', focus: 'pane', paneMenu: false, overlay: null } as const;
    store.setState({ panes: [...panes, info], ...shown });
    pane.onChange(() => update(store, pane));
  };

  /** Something with the pane that is shown, after which the chrome may say something else of it. */
  const read = <T>(use: (pane: Pane) => T): T | undefined => {
    const shown = current()?.pane;
    if (shown === undefined) return undefined;
    const result = use(shown);
    update(store, shown);
    return result;
  };

  const actions: Panes = {
    open: start,
    fullScreen,
    restart: () => {
      const old = current();
      const info = store.getState().panes.find(({ id }) => id === old?.pane.id);
      if (old === undefined || info === undefined) return;
      void old.pane.close();
      forget(old.pane.id);
      start({ build: info.build, name: info.name, command: old.command });
    },
    close: () => {
      const old = current();
      if (old === undefined) return;
      void old.pane.close();
      forget(old.pane.id);
    },
    turn: by => {
      const { panes, pane } = store.getState();
      const at = panes.findIndex(({ id }) => id === pane);
      if (panes.length > 0) store.setState({ pane: panes[(at + by + panes.length) % panes.length]?.id ?? null });
    },
    scroll: lines => read(pane => pane.scroll(-lines)),
    search: (text, direction) => read(pane => pane.search(text, direction)) ?? 'nowhere',
    select: () => read(pane => pane.select()),
    unmark: () => read(pane => pane.unmark()) ?? null,
    text: () => current()?.pane.text() ?? '',
    literal: () => current()?.pane.write(controlCharacter(store.getState().reservedKey)),
    focus: on => {
      if (on === 'pane') read(pane => pane.end());
      store.setState({ focus: on, paneMenu: false });
    },
    running: () => [...open.values()].some(({ pane }) => pane.state().kind === 'running'),
  };
  return {
    actions,
    shown: id => open.get(id ?? -1)?.pane ?? null,
    closeAll: async () => void (await Promise.all([...open.values()].map(({ pane }) => pane.close()))),
  };
}

/** What the chrome says of a pane. */
function update(store: StoreApi<State>, pane: Pane): void {
  const state = pane.state();
  const ended = state.kind === 'ended' ? `ended with status ${state.status}` : null;
  const told = { title: pane.title(), ended, scrolledBack: pane.scrolledBack() > 0, selected: pane.selected() };
  const panes = store.getState().panes.map(info => (info.id === pane.id ? { ...info, ...told } : info));
  store.setState(
    ended === null ? { panes } : { panes, ...(store.getState().pane === pane.id ? { focus: 'chrome' } : {}) },
  );
}
