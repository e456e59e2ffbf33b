/** The UI's entry: everything that is loaded only when it opens (dist/ui.cjs). */
import { render } from 'ink';
import { createStore } from 'zustand/vanilla';
import { keepTime } from './actions/list.ts';
import { followSize, loadSelected } from './actions/load.ts';
import { rescan } from './actions/rescan.ts';
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
  /** Called once, when the keys that were pressed until now are answered. */
  readonly settled: () => void;
}

/** Takes the terminal over from the first frame. @returns the exit status, when the person leaves */
export async function openUi({ core, state, settled }: Opening): Promise<number> {
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
    copy: text => void terminal.copy(text).then(toast => set(app, { toast })),
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
  const stops: (() => void)[] = [followSize(app), keepTime(app)];
  let gone = false;
  // Keys that were pressed before Ink was there come first, and between what takes long.
  void inTurns(
    [
      settled,
      () => loadSelected(app),
      () => stops.push(gatherFacts(app)),
      () => stops.push(core.watch(() => void rescan(app))),
      // What came or went between the first frame and the watch.
      () => void rescan(app),
    ],
    () => gone,
  );
  const status = await ended;
  gone = true;
  for (const stop of stops) stop();
  for (const log of app.openLogs.values()) void log.close();
  ink.unmount();
  await terminal.close();
  return status;
}

/** Each step waits for some turns of the event loop, whatever a turn takes: in these a key is read, rendered, and painted. */
const TURNS = 4;
const TURN_MS = 12;

async function inTurns(steps: readonly (() => unknown)[], isOver: () => boolean): Promise<void> {
  for (const step of steps) {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise(resolve => setTimeout(resolve, TURN_MS));
    if (isOver()) return;
    step();
  }
}
