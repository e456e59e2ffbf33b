/** Where the shown pane lies, and whether it has the keyboard. Pure. */
import { fits, inside, panels, type Rect } from './layout.ts';
import type { State } from './state.ts';

/** The cells of the pane; null where it is not seen: another panel, an overlay over it, a terminal that is too small. */
export function paneRect(state: State): Rect | null {
  if (state.tab !== 'shell' || state.pane === null || state.overlay !== null || !fits(state.size)) return null;
  const { columns, rows } = state.size;
  if (state.zoomed) return { x: 0, y: 0, columns, rows: rows - 1 };
  const placed = panels(state).find(({ panel }) => panel === 'shell');
  return placed === undefined ? null : inside(placed);
}

/** Keys go to the program of the pane; but for the reserved one, after which one key is the menu's. */
export function paneHasKeyboard(state: State): boolean {
  const info = state.panes.find(({ id }) => id === state.pane);
  const asked = state.paneMenu || state.typing !== null || state.overlay !== null;
  return state.focus === 'pane' && !asked && info?.ended === null;
}
