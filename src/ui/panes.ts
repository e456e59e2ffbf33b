/** The shells of the UI, as its actions see them. */
import type { Reading } from '../terminal/terminal-app.ts';
import type { ShellCommand } from './core.ts';

export interface Panes {
  /** Opens a shell; where it goes (a pane, the whole terminal) is decided here. */
  open(given: { readonly build: string; readonly name: string; readonly command: ShellCommand }): void;
  /** One more shell in the sandbox of the shown one. @returns false where none is shown */
  another(): boolean;
  /** Runs a command on the real terminal, and comes back when it has ended. */
  fullScreen(command: ShellCommand): void;
  restart(): void;
  close(): void;
  /** The next or previous pane. */
  turn(by: 1 | -1): void;
  scroll(lines: number): void;
  readonly search: Reading['search'];
  readonly select: Reading['select'];
  readonly unmark: Reading['unmark'];
  /** Of the shown pane the selected lines, or all that it holds with its scrollback. */
  text(): string;
  /** The reserved key itself, for the program in the pane. */
  literal(): void;
  /** Gives the keyboard to the pane, or back. */
  focus(on: 'chrome' | 'pane'): void;
  /** Whether a program still runs in one. */
  readonly running: () => boolean;
}
