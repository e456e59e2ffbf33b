/** The UI's entry: everything that is loaded only when it opens (dist/ui.mjs). */
import { render } from 'ink';
import { createStore } from 'zustand/vanilla';
import { rescan } from './actions/list.ts';
import { loadSelected } from './actions/load.ts';
import { type App, set } from './app.ts';
import type { Core } from './core.ts';
import { gatherFacts } from './gather.ts';
import { KEYS } from './keys.ts';
import { RUNS } from './runs.ts';
import { Screen } from './screen.tsx';
import type { State } from './state.ts';
import { openTerminal } from './terminal.ts';

export interface Opening {
  readonly core: Core;
  /** The state whose frame is on the screen. */
  readonly state: State;
}

/** Takes the terminal over from the first frame. @returns the exit status, when the person leaves */
export async function openUi({ core, state }: Opening): Promise<number> {
  const store = createStore<State>(() => state);
  const terminal = openTerminal(store, core);
  let left: (status: number) => void = () => undefined;
  const ended = new Promise<number>(resolve => {
    left = resolve;
  });
  const app: App = {
    store,
    core,
    bindings: KEYS,
    runs: RUNS,
    openLogs: new Map(),
    panes: terminal.panes,
    copy: text => set(app, { toast: terminal.copy(text) }),
    suspend: terminal.suspend,
    repaint: terminal.repaint,
    leave: () => left(0),
  };
  const ink = render(<Screen app={app} />, {
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: 30,
  });
  const stops = [core.watch(() => void rescan(app)), gatherFacts(app)];
  loadSelected(app);
  // What came or went between the first frame and the watch.
  void rescan(app);
  const status = await ended;
  for (const stop of stops) stop();
  for (const log of app.openLogs.values()) void log.close();
  ink.unmount();
  await terminal.close();
  return status;
}
