/** The panes that are open: each runs this program's own plain command, in a pty; several may be in one sandbox. */
import type { StoreApi } from 'zustand/vanilla';
import type { Pane, TerminalApp } from '../terminal/terminal-app.ts';
import type { Core, ShellCommand } from './core.ts';
import { paneRect } from './pane-place.ts';
import type { Panes } from './panes.ts';
import { controlCharacter } from './settings.ts';
import { infoOf, runningFirst, runs, type Sandbox, type Shell } from './shells.ts';
import type { State } from './state.ts';

export interface OpenPanes {
  readonly actions: Panes;
  shown(id: number | null): Pane | null;
  closeAll(): Promise<void>;
}

/** @param fullScreen where no pane can be opened, the shell has the whole terminal */
export function makePanes(
  app: Pick<TerminalApp, 'openPane' | 'size'>,
  store: StoreApi<State>,
  core: Core,
  fullScreen: (command: ShellCommand) => void,
): OpenPanes {
  /** In the order in which they are shown: those of one sandbox are neighbours. */
  let open: readonly Shell[] = [];
  let sandboxes = 0;
  const current = (): Shell | undefined => open.find(({ pane }) => pane.id === store.getState().pane);

  /** What the chrome says of the panes; where the shown one has ended, its keys are the chrome's, and whether to end it is no question. */
  const update = (): void => {
    const panes = open.map(shell => infoOf(shell, open));
    const shown = panes.find(({ id }) => id === store.getState().pane);
    const { overlay } = store.getState();
    const answered = overlay?.kind === 'endOthers' && (shown === undefined || shown.ended !== null);
    store.setState({
      panes,
      ...(shown !== undefined && shown.ended !== null ? { focus: 'chrome' } : {}),
      ...(answered ? { overlay: null } : {}),
    });
  };

  /** Opens a pane, and shows it. @param launcher the process that runs the sandbox; null: it makes one @param old the pane whose place it takes */
  const start = (sandbox: Sandbox, launcher: number | null, old?: Shell): Shell | null => {
    const command = launcher === null ? sandbox.command : core.enter(launcher);
    // The size that it will have: that of the panel, once it is shown.
    const { columns, rows } = paneRect({ ...store.getState(), tab: 'shell', pane: 0, overlay: null }) ?? app.size();
    const environment = { ...core.environment, TERM: 'xterm-256color', COLORTERM: 'truecolor' };
    const pane = app.openPane({ command: command.argv, environment, directory: process.cwd(), columns, rows });
    const state = pane.state();
    if (state.kind === 'failed') {
      store.setState({ toast: state.failure.because });
      fullScreen(command);
      return null;
    }
    const shell: Shell = { pane, sandbox, launcher: launcher ?? pane.pid, first: launcher === null, command };
    open = placed(open, shell, old);
    store.setState({ pane: pane.id, tab: 'shell', focus: 'pane', paneMenu: false, overlay: null });
    update();
    pane.onChange(update);
    return shell;
  };

  /** The same command again; where a sandbox has ended, that is made again first. */
  const restart = (old: Shell): void => {
    void old.pane.close();
    if (old.first) return void start(old.sandbox, null, old);
    const ended = open.find(({ sandbox, first }) => first && sandbox === old.sandbox);
    const first = runningFirst(open, old.sandbox) ?? (ended === undefined ? null : start(old.sandbox, null, ended));
    // Where its first pane was closed, this one is the first of the new one.
    start(old.sandbox, first?.launcher ?? null, old);
  };

  const close = (old: Shell): void => {
    void old.pane.close();
    const at = open.indexOf(old);
    open = open.filter(shell => shell !== old);
    const next = open[Math.max(0, at - 1)]?.pane.id ?? null;
    store.setState({ pane: next, ...(next === null ? { tab: 'dirs', zoomed: false } : {}) });
    update();
  };

  /** Something with the pane that is shown, after which the chrome may say something else of it. */
  const read = <T>(use: (pane: Pane) => T): T | undefined => {
    const shown = current()?.pane;
    if (shown === undefined) return undefined;
    const result = use(shown);
    update();
    return result;
  };
  const withCurrent = (use: (shell: Shell) => void): boolean => {
    const shell = current();
    if (shell !== undefined) use(shell);
    return shell !== undefined;
  };

  const actions: Panes = {
    open: given => void start({ number: (sandboxes += 1), ...given }, null),
    another: () =>
      withCurrent(({ sandbox }) => {
        const launcher = runningFirst(open, sandbox)?.launcher ?? null;
        if (launcher === null) store.setState({ toast: 'its sandbox has ended: r makes it again' });
        else start(sandbox, launcher);
      }),
    fullScreen,
    restart: () => void withCurrent(restart),
    close: () => void withCurrent(close),
    turn: by => {
      const at = open.findIndex(shell => shell === current());
      if (open.length > 0) store.setState({ pane: open[(at + by + open.length) % open.length]?.pane.id ?? null });
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
    running: () => open.some(({ pane }) => runs(pane)),
  };
  return {
    actions,
    shown: id => open.find(({ pane }) => pane.id === id)?.pane ?? null,
    closeAll: async () => void (await Promise.all(open.map(({ pane }) => pane.close()))),
  };
}

/** With one more shell: in the place of an old one, behind those of its sandbox, or at the end. */
function placed(open: readonly Shell[], shell: Shell, old: Shell | undefined): readonly Shell[] {
  if (old !== undefined) return open.map(each => (each === old ? shell : each));
  const last = open.findLastIndex(({ sandbox }) => sandbox.number === shell.sandbox.number);
  const at = last < 0 ? open.length : last + 1;
  return [...open.slice(0, at), shell, ...open.slice(at)];
}
