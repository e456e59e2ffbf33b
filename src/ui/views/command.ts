/** The command that shows what a panel shows. */
import { panelCommand } from '../command-line.ts';
import { foreign, type Line, span } from '../line.ts';
import type { State, Tab } from '../state.ts';

/** One line: ` $ nix-build-shell log DIR`. */
export function commandOf(state: State, panel: Tab): Line {
  const command = panelCommand(state, panel);
  return command === null ? [] : [span(' $ ', 'dim'), foreign(command, 'accent')];
}
