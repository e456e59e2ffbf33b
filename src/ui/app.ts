/** What every action works with, and what a key is. */
import type { StoreApi } from 'zustand/vanilla';
import type { LogIndex } from '../nix/log/log-index.ts';
import type { Core } from './core.ts';
import type { Panes } from './panes.ts';
import type { State } from './state.ts';

export interface App {
  readonly store: StoreApi<State>;
  readonly core: Core;
  readonly panes: Panes;
  /** The key table (keys.ts). */
  readonly bindings: readonly Binding[];
  /** What the keys do, by their ids (runs.ts). */
  readonly runs: Readonly<Record<string, (app: App) => void>>;
  /** Logs that are open, by build. */
  readonly openLogs: Map<string, LogIndex>;
  /** Puts text on the clipboard, or into a file, and says which. */
  readonly copy: (text: string) => void;
  /** Stops the program as Ctrl-Z does. */
  readonly suspend: () => void;
  readonly repaint: () => void;
  readonly leave: () => void;
}

/** Where a key works. */
export type Context =
  | 'everywhere'
  | 'dirs'
  | 'empty'
  | 'env'
  | 'plan'
  | 'log'
  | 'shell'
  | 'paneMenu'
  | 'typing'
  | 'help'
  | 'palette'
  | 'pick'
  | 'delete'
  | 'quit'
  | 'endOthers'
  | 'notes'
  | 'failure';

export interface Binding {
  /** Its name in the settings file. */
  readonly id: string;
  /** As `keyName` names them: `j`, `down`, `ctrl-d`, `enter`. */
  readonly keys: readonly string[];
  readonly when: readonly Context[];
  /** What it does, in a few words: help, palette and docs/keys.md say it. */
  readonly title: string;
  /** One word for the last line; absent: it is not shown there. */
  readonly hint?: string;
}

export function get(app: App): State {
  return app.store.getState();
}

export function set(app: App, part: Partial<State>): void {
  app.store.setState(part);
}
