/** Which panel lies where. Pure: the first frame and Ink use the same rectangles. */
import type { State, Tab } from './state.ts';

/** A rectangle of cells, 0-based. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

export interface Placed {
  readonly panel: Tab;
  readonly rect: Rect;
  /** A frame is drawn around it, with a title. */
  readonly framed: boolean;
}

export const SMALLEST = { columns: 40, rows: 10 } as const;
const WIDE = 120;
const WIDEST = 200;

/** Whether there is room for more than one line. */
export function fits({ columns, rows }: State['size']): boolean {
  return columns >= SMALLEST.columns && rows >= SMALLEST.rows;
}

/** The panels of this state, left to right. Line 0 is the title's, the last one the hints'. */
export function panels(state: State): readonly Placed[] {
  const { columns, rows } = state.size;
  const body = { x: 0, y: 1, columns, rows: rows - 2 };
  const { tab } = state;
  if (columns < WIDE || (tab === 'shell' && (columns < WIDEST || state.zoomed)))
    return [{ panel: tab, rect: body, framed: false }];
  if (columns < WIDEST) return sideBySide(body, ['dirs', tab === 'dirs' ? 'env' : tab], [Math.floor(columns * 0.52)]);
  // The pane has 80 columns or more, always: 200 - 38 - 62.
  if (tab === 'shell') return sideBySide(body, ['dirs', 'shell', 'plan'], [38, columns - 38 - 62]);
  const last: Tab = tab === 'log' ? 'log' : 'plan';
  return sideBySide(body, ['dirs', 'env', last], [Math.floor(columns * 0.42), Math.floor(columns * 0.28)]);
}

function sideBySide(body: Rect, names: readonly Tab[], widths: readonly number[]): readonly Placed[] {
  let x = body.x;
  return names.map((panel, at) => {
    const columns = widths[at] ?? body.columns - x;
    const rect = { ...body, x, columns };
    x += columns;
    return { panel, rect, framed: panel !== 'shell' };
  });
}

/** The inside of a panel: what its view has to fill. */
export function inside({ rect, framed }: Placed): Rect {
  return framed ? { x: rect.x + 1, y: rect.y + 1, columns: rect.columns - 2, rows: rect.rows - 2 } : rect;
}

/** The first row of a window of `rows` rows over `count` rows, so that the cursor is seen: in the middle, but for the ends. */
export function windowStart(cursor: number, count: number, rows: number): number {
  return Math.max(0, Math.min(cursor - Math.floor(rows / 2), count - rows));
}
