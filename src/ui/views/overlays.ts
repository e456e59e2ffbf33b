/** What lies over the panels: help, palette, questions. */
import { shellWord } from '../../base/printable.ts';
import { size } from '../../report/text.ts';
import type { Binding } from '../app.ts';
import { contextsOf, keysOf, shownKey } from '../binding.ts';
import type { Rect } from '../layout.ts';
import { windowStart } from '../layout.ts';
import { chunks, fit, fitLine, foreign, type Line, restyled, span } from '../line.ts';
import { factsOf, type State } from '../state.ts';
import { boxed } from './box.ts';
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

/** The overlay's box and its lines; null where there is none. */
export function overlayBox(
  state: State,
  bindings: readonly Binding[],
): { readonly rect: Rect; readonly lines: readonly Line[] } | null {
  const { overlay } = state;
  if (overlay === null) return null;
  const columns = Math.min(state.size.columns - 2, 72);
  const most = state.size.rows - 4;
  const { title, lines } = content(state, bindings, columns - 4, most - 2);
  const body = lines.slice(0, most - 2);
  const rect = {
    x: Math.floor((state.size.columns - columns) / 2),
    y: Math.max(1, Math.floor((state.size.rows - body.length - 2) / 2)),
    columns,
    rows: body.length + 2,
  };
  const padded = body.map(line => [span(' '), ...fitLine(line, columns - 4), span(' ')]);
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
      return { title: 'Keys that work here', lines: helpLines(state, bindings, cells, rows, overlay.cursor) };
    case 'palette':
      return { title: 'Command', lines: helpLines(state, bindings, cells, rows, overlay.cursor) };
    case 'pick':
      return { title: overlay.title, lines: pickLines(overlay, cells, rows) };
    case 'delete':
      return deleteContent(state, overlay, cells);
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

function deleteContent(
  state: State,
  { targets, problem }: Extract<State['overlay'], { kind: 'delete' }>,
  cells: number,
): Content {
  const sizes = targets.map(build => factsOf(state, build).sizeBytes);
  const known = sizes.filter(bytes => bytes !== null).reduce((sum, bytes) => sum + bytes, 0);
  const counted = sizes.every(bytes => bytes !== null);
  const total = `${counted ? '' : 'at least '}${size(known)}`;
  const listed = targets.slice(0, 8).map((build, at): Line => {
    const { files } = factsOf(state, build);
    const bytes = sizes[at];
    const holds = bytes === null || bytes === undefined ? 'not counted yet' : `${size(bytes)}, ${files ?? '?'} files`;
    const owner = build.owner.user ?? String(build.owner.uid);
    return [foreign(shellWord(build.outer)), span(`  ${holds}, of ${owner}`, 'dim')];
  });
  const open = targets.some(build => state.panes.some(pane => pane.build === build.outer && pane.ended === null));
  return {
    title: `Delete ${targets.length} kept build ${targets.length === 1 ? 'directory' : 'directories'}? ${total}`,
    lines: [
      ...listed,
      ...(targets.length > 8 ? [[span(`and ${targets.length - 8} more`, 'dim')]] : []),
      ...(open ? [[span('A shell is open in it: its /build is a copy and stays.')]] : []),
      ...(problem === null ? [] : chunks(problem, cells).map(text => [foreign(text, 'bad')])),
      [],
      [
        span('This cannot be undone.   ', 'warning'),
        span('y', 'strong'),
        span(' delete   '),
        span('n', 'strong'),
        span(' keep'),
      ],
    ],
  };
}
