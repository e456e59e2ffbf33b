/** The list of kept builds. */
import { printable, shellWord } from '../../base/printable.ts';
import type { KeptBuild } from '../../nix/kept-build.ts';
import { contentsOf } from '../contents.ts';
import { windowStart } from '../layout.ts';
import { fit, fitRight, foreign, head, type Line, type Span, span, width } from '../line.ts';
import { factsOf, type State, selectedBuild } from '../state.ts';
import { emptyMachine } from './empty.ts';
import { type Column, columns, OWNER_CELLS, ownerOf, UNKNOWN } from './picker-columns.ts';

/** The list in `cells` × `rows`: a heading, the builds around the cursor, and the facts of the selected one. */
export function pickerLines(state: State, cells: number, rows: number): readonly Line[] {
  if (state.builds.length === 0) return emptyMachine(state, cells);
  const facts = rows >= 14 ? selectedLines(state, cells) : [];
  const height = Math.max(1, rows - 1 - facts.length);
  const cursor = state.shown.findIndex(({ outer }) => outer === state.selected);
  const first = windowStart(Math.max(cursor, 0), state.shown.length, height);
  const visible = state.shown.slice(first, first + height);
  const chosen = columns(state, cells);
  const list = visible.map(build => row(state, build, chosen));
  const empty = state.shown.length === 0 ? [[span(`   no build matches '${state.filter}'`, 'dim')]] : [];
  const body = [heading(state, chosen, cells), ...empty, ...list];
  return [...body, ...Array.from({ length: rows - facts.length - body.length }, () => []), ...facts];
}

/** The titles; that of the column which the list is sorted by is marked. */
function heading(state: State, chosen: readonly Column[], cells: number): Line {
  const marked = state.filter !== '' && state.sort === 'age' ? null : state.sort.toUpperCase();
  const titles = chosen.map(({ title, cells: room, right }) => {
    const shown = title === marked ? `${title}▾` : title;
    return right === true ? fitRight(shown, room) : fit(shown, room);
  });
  const before = `   ${titles.join(' ')}  `;
  const left = cells - width(before);
  const last = ['LAST LOG LINE', 'LAST LINE', ''].find(words => words.length <= left) ?? '';
  return [span(before + last, 'dim')];
}

function row(state: State, build: KeptBuild, chosen: readonly Column[]): Line {
  const selected = build.outer === state.selected;
  const marked = state.marked.has(build.outer);
  const closed = build.access !== 'readable';
  const cells = chosen.map(column => cell(state, build, column)).join(' ');
  const last = factsOf(state, build).lastError;
  const style = selected ? 'selected' : closed ? 'dim' : 'plain';
  const spans: Span[] = [
    span(`${selected ? '▸' : ' '}${marked ? '*' : ' '} `, selected ? 'selected' : 'strong'),
    span(cells, style),
    span(closed ? ' ✗ ' : '  ', selected ? 'selected' : 'bad'),
  ];
  if (closed) spans.push(span('not readable for you', selected ? 'selected' : 'dim'));
  else if (last !== null) spans.push(foreign(last.trim(), selected ? 'selected' : 'plain'));
  else if (factsOf(state, build).done) spans.push(span(UNKNOWN, style));
  return spans;
}

function cell(state: State, build: KeptBuild, { cells, right, of }: Column): string {
  const text = printable(of(state, build));
  return right === true ? fitRight(text, cells) : fit(text, cells);
}

/** The text, and a line from its end on; what is too long ends in `…`. */
function ruled(text: string, cells: number): string {
  return width(text) < cells ? text + '─'.repeat(cells - width(text)) : fit(text, cells);
}

/** What is known of the selected build, in four lines below the list. */
function selectedLines(state: State, cells: number): readonly Line[] {
  const build = selectedBuild(state);
  if (build === null) return [];
  const { lastError } = factsOf(state, build);
  const owner = ` of ${head(printable(ownerOf(build)), OWNER_CELLS.most)} ─`;
  const path = `─ ${shellWord(build.outer)} `;
  const contents = contentsOf(factsOf(state, build));
  const loaded = state.details.get(build.outer);
  const environment = environmentWords(build);
  const drv = loaded?.state === 'ready' ? (loaded.value.derivation ?? loaded.value.derivationFoundBy) : null;
  const problem = build.problems[0] ?? null;
  return [
    [],
    [span(ruled(path, cells - width(owner)) + owner, 'dim')],
    [span('  error   ', 'dim'), lastError === null ? span(UNKNOWN) : foreign(lastError.trim(), 'bad')],
    [span('  build   ', 'dim'), foreign(`${drv ?? build.outer}`)],
    [
      span('  holds   ', 'dim'),
      span(contents),
      span(`, ${environment}`),
      problem === null ? span('') : foreign(` · ${problem}`, 'warning'),
    ],
  ];
}

function environmentWords(build: KeptBuild): string {
  if (build.access !== 'readable') return 'closed to you; entering asks for one privileged step';
  return build.envFile?.access === 'readable' ? 'its env-vars can be read' : 'its environment comes from the .drv';
}
