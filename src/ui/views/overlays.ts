/** What lies over the panels: help, palette, questions. */
import type { Binding } from '../app.ts';
import { contextsOf, keysOf, shownKey } from '../binding.ts';
import type { Rect } from '../layout.ts';
import { windowStart } from '../layout.ts';
import { fit, fitLine, foreign, type Line, restyled, span } from '../line.ts';
import type { State } from '../state.ts';
import { boxed } from './box.ts';
import { commandOf } from './command.ts';
import { deleteContent } from './delete.ts';
import { failureView } from './failure.ts';

export interface OverlayRow {
  readonly binding: Binding;
  readonly keys: string;
}

/** The rows of help and palette: what works where the person was before, filtered by what is typed. */
export function overlayRows(state: State, bindings: readonly Binding[]): readonly OverlayRow[] {
  const below = contextsOf({ ...state, overlay: null, typing: null });
  const words = (state.typing?.text ?? '').toLowerCase().split(/\s+/);
  return bindings
    .filter(({ when }) => when.some(context => below.includes(context)))
    .map(binding => ({ binding, keys: keysOf(binding, state.keys).map(shownKey).join(' ') }))
    .filter(({ binding, keys }) => words.every(word => `${binding.title} ${keys}`.toLowerCase().includes(word)));
}

/** What an overlay may fill, without its frame. */
export function overlayRoom({ size }: State): { readonly cells: number; readonly rows: number } {
  return { cells: Math.min(size.columns - 2, 72) - 4, rows: size.rows - 6 };
}

/** The overlay's box and its lines; null where there is none. */
export function overlayBox(
  state: State,
  bindings: readonly Binding[],
): { readonly rect: Rect; readonly lines: readonly Line[] } | null {
  const { overlay } = state;
  if (overlay === null) return null;
  const { cells, rows } = overlayRoom(state);
  const columns = cells + 4;
  const { title, lines } = content(state, bindings, cells, rows);
  const body = lines.slice(0, rows);
  const rect = {
    x: Math.floor((state.size.columns - columns) / 2),
    y: Math.max(1, Math.floor((state.size.rows - body.length - 2) / 2)),
    columns,
    rows: body.length + 2,
  };
  const padded = body.map(line => [span(' '), ...fitLine(line, cells), span(' ')]);
  return { rect, lines: boxed(title, padded, rect.columns, rect.rows, true) };
}

interface Content {
  readonly title: string;
  readonly lines: readonly Line[];
}

function content(state: State, bindings: readonly Binding[], cells: number, rows: number): Content {
  const { overlay } = state;
  switch (overlay?.kind) {
    case 'help':
      return {
        title: 'Keys that work here',
        lines: [...helpLines(state, bindings, cells, rows - 1, overlay.cursor), commandOf(state, state.tab)],
      };
    case 'palette':
      return { title: 'Command', lines: helpLines(state, bindings, cells, rows, overlay.cursor) };
    case 'pick':
      return { title: overlay.title, lines: pickLines(overlay, cells, rows) };
    case 'delete':
      return deleteContent(state, overlay, cells, rows);
    case 'quit':
      return {
        title: 'Leave?',
        lines: [
          [span('A program still runs in a shell; leaving ends it.')],
          [span('y', 'strong'), span(' leave   '), span('n', 'strong'), span(' stay')],
        ],
      };
    case 'failure':
      return { title: 'It did not work', lines: failureView(overlay.failure, cells) };
    case undefined:
      return { title: '', lines: [] };
  }
}

function helpLines(
  state: State,
  bindings: readonly Binding[],
  cells: number,
  rows: number,
  cursor: number,
): readonly Line[] {
  const all = overlayRows(state, bindings);
  const typed: readonly Line[] =
    state.typing === null ? [] : [[span('/ ', 'accent'), foreign(state.typing.text), span('▏')]];
  const height = rows - typed.length;
  const first = windowStart(cursor, all.length, height);
  const keysCells = Math.min(22, Math.max(8, ...all.map(({ keys }) => keys.length)));
  const lines = all.slice(first, first + height).map(({ binding, keys }, at) => {
    const line = [
      span(`${first + at === cursor ? '▸' : ' '} ${fit(keys, keysCells)}  `, 'strong'),
      span(binding.title),
    ];
    return first + at === cursor ? restyled(fitLine(line, cells), 'selected') : line;
  });
  return [...typed, ...(all.length === 0 ? [[span('nothing has this name', 'dim')]] : lines)];
}

function pickLines(
  { options, cursor }: Extract<State['overlay'], { kind: 'pick' }>,
  cells: number,
  rows: number,
): readonly Line[] {
  const first = windowStart(cursor, options.length, rows);
  return options.slice(first, first + rows).map(({ label }, at): Line => {
    const chosen = first + at === cursor;
    const line: Line = [span(chosen ? '▸ ' : '  '), foreign(label)];
    return chosen ? restyled(fitLine(line, cells), 'selected') : line;
  });
}
