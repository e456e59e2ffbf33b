/** The chrome around the shell's pane: its line of state. The pane's cells are not drawn here. */
import { foreign, type Line, span } from '../line.ts';
import type { State } from '../state.ts';

/** What is shown where no shell is open. */
export function shellLines(state: State, cells: number): readonly Line[] {
  const pane = state.panes.find(({ id }) => id === state.pane);
  if (pane === undefined) return [[], [span('  No shell is open.  Enter on a build, or s, opens one.', 'dim')]];
  return [[foreign(` $ ${pane.command}`.slice(0, cells), 'dim')]];
}
