/** What lies over the panels: help, palette, questions. */

import { printable } from '../../base/printable.ts';
import type { Binding } from '../app.ts';
import { contextsOf, keysOf, shownKey } from '../binding.ts';
import type { Rect } from '../layout.ts';
import { windowStart } from '../layout.ts';
import { fit, fitLine, foreign, type Line, restyled, span, wordChunks } from '../line.ts';
import type { State } from '../state.ts';
import { boxed } from './box.ts';
import { commandOf } from './command.ts';
import { deleteContent } from './delete.ts';
import { failureView } from './failure.ts';
import { endOthersContent, quitLines } from './questions.ts';

export interface OverlayRow {
  readonly binding: Binding;
  readonly keys: string;
}

/** The rows of help and palette: what works where the person was before, filtered by what is typed. */
export function overlayRows(state: State, bindings: readonly Binding[]): readonly OverlayRow[] {
  const below = contextsOf({ ...state, overlay: null, typing: null });
  const kept = state.overlay?.kind === 'help' ? state.overlay.filter : '';
  const words = (state.typing?.text ?? kept).toLowerCase().split(/\s+/);
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
      return { title: overlay.title, lines: pickLines(state, overlay, cells, rows) };
    case 'delete':
      return deleteContent(state, overlay, cells, rows);
    case 'notes':
      return { title: overlay.title, lines: noteLines(overlay.notes, cells) };
    case 'quit':
      return { title: 'Leave?', lines: quitLines(state, cells) };
    case 'endOthers':
      return endOthersContent(state, overlay.by, cells);
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
  const filter = state.overlay?.kind === 'help' ? state.overlay.filter : '';
  const kept: readonly Line[] = filter === '' ? [] : [[span('/ ', 'accent'), foreign(filter)]];
  const typed = state.typing === null ? kept : [typedLine(state)];
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

type Pick = Extract<State['overlay'], { kind: 'pick' }>;

/** What can be chosen: what holds all the words that were typed. */
export function pickOptions({ typing }: State, { options }: Pick): Pick['options'] {
  const words = (typing?.text ?? '').toLowerCase().split(/\s+/);
  return options.filter(({ label }) => words.every(word => label.toLowerCase().includes(word)));
}

function pickLines(state: State, overlay: Pick, cells: number, rows: number): readonly Line[] {
  const options = pickOptions(state, overlay);
  const height = rows - 1;
  const first = windowStart(overlay.cursor, options.length, height);
  const lines = options.slice(first, first + height).map(({ label }, at): Line => {
    const chosen = first + at === overlay.cursor;
    const line: Line = [span(chosen ? '▸ ' : '  '), foreign(label)];
    return chosen ? restyled(fitLine(line, cells), 'selected') : line;
  });
  return [typedLine(state), ...(lines.length === 0 ? [[span('no build matches', 'dim')]] : lines)];
}

function typedLine({ typing }: State): Line {
  return [span('/ ', 'accent'), foreign(typing?.text ?? ''), span('▏')];
}

/** Sentences with a mark before each, wrapped. */
function noteLines(notes: readonly string[], cells: number): readonly Line[] {
  return notes.flatMap(note =>
    wordChunks(printable(note), cells - 2).map(
      (text, at): Line => [span(at === 0 ? '· ' : '  ', 'dim'), span(text, 'warning')],
    ),
  );
}
