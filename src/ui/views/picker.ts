/** The list of kept builds. */
import { printable, shellWord } from '../../base/printable.ts';
import type { KeptBuild } from '../../nix/kept-build.ts';
import { age, size } from '../../report/text.ts';
import { windowStart } from '../layout.ts';
import { fit, fitRight, foreign, head, type Line, type Span, span, width } from '../line.ts';
import { factsOf, nameOf, type State, selectedBuild } from '../state.ts';
import { emptyMachine } from './empty.ts';

interface Column {
  readonly title: string;
  readonly cells: number;
  readonly right?: true;
  readonly of: (state: State, build: KeptBuild) => string;
}

const UNKNOWN = '–';

const VERSION: Column = {
  title: 'VERSION',
  cells: 9,
  of: (state, build) => factsOf(state, build).version ?? build.packageVersion ?? UNKNOWN,
};
const PHASE: Column = { title: 'PHASE', cells: 10, of: (state, build) => factsOf(state, build).phase ?? UNKNOWN };
const AGE: Column = { title: 'AGE', cells: 6, right: true, of: (state, build) => age(build.keptAtMs, state.nowMs) };
const SIZE: Column = { title: 'SIZE', cells: 7, right: true, of: (state, build) => sizeOf(state, build) };
const OWNER: Column = { title: 'OWNER', cells: 9, of: (_, build) => build.owner.user ?? String(build.owner.uid) };
const NAME_CELLS = { least: 12, most: 28 } as const;

function sizeOf(state: State, build: KeptBuild): string {
  const { sizeBytes, done } = factsOf(state, build);
  if (sizeBytes === null) return done ? UNKNOWN : '';
  return size(sizeBytes);
}

/** Narrow lists lose the owner first, then the size, then the version; name and phase never. */
function columns(cells: number, names: number): readonly Column[] {
  const name: Column = { title: 'NAME', cells: names, of: (s, build) => shortName(s, build) };
  const all = [name, VERSION, PHASE, AGE, SIZE, OWNER];
  for (const drop of [[], [OWNER], [OWNER, SIZE], [OWNER, SIZE, VERSION], [OWNER, SIZE, VERSION, AGE]]) {
    const left = all.filter(column => !drop.includes(column));
    if (left.reduce((sum, column) => sum + column.cells + 1, 3) <= cells - (drop.length > 2 ? 0 : 14)) return left;
  }
  return [{ ...name, cells: Math.max(8, cells - 14) }, PHASE];
}

/** Without the version, where that has a column. */
function shortName(state: State, build: KeptBuild): string {
  const name = nameOf(state, build);
  const version = factsOf(state, build).version ?? build.packageVersion;
  return version !== null && name.endsWith(`-${version}`) ? name.slice(0, -version.length - 1) : name;
}

/** The list in `cells` × `rows`: a heading, the builds around the cursor, and the facts of the selected one. */
export function pickerLines(state: State, cells: number, rows: number): readonly Line[] {
  if (state.builds.length === 0) return emptyMachine(state, cells);
  const facts = rows >= 14 ? selectedLines(state, cells) : [];
  const height = Math.max(1, rows - 1 - facts.length);
  const cursor = state.shown.findIndex(({ outer }) => outer === state.selected);
  const first = windowStart(Math.max(cursor, 0), state.shown.length, height);
  const visible = state.shown.slice(first, first + height);
  const longest = Math.max(...visible.map(build => width(printable(shortName(state, build)))), 0);
  const names = Math.min(Math.max(longest, NAME_CELLS.least), NAME_CELLS.most);
  const chosen = columns(cells, names);
  const list = visible.map(build => row(state, build, chosen));
  const empty = state.shown.length === 0 ? [[span(`   no build matches '${state.filter}'`, 'dim')]] : [];
  const body = [heading(state, chosen), ...empty, ...list];
  return [...body, ...Array.from({ length: rows - facts.length - body.length }, () => []), ...facts];
}

function heading(state: State, chosen: readonly Column[]): Line {
  const titles = chosen.map(({ title, cells, right }) => (right === true ? fitRight(title, cells) : fit(title, cells)));
  const order = state.sort === 'age' ? '' : `  (by ${state.sort})`;
  return [span(`   ${titles.join(' ')}  LAST LOG LINE${order}`, 'dim')];
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

/** What is known of the selected build, in four lines below the list. */
function selectedLines(state: State, cells: number): readonly Line[] {
  const build = selectedBuild(state);
  if (build === null) return [];
  const { lastError, sizeBytes, files } = factsOf(state, build);
  const rule = head(`─ ${shellWord(build.outer)} `, cells);
  const contents = sizeBytes === null ? 'being counted' : `${size(sizeBytes)} in ${files ?? '?'} files`;
  const loaded = state.details.get(build.outer);
  const environment = environmentWords(build);
  const drv = loaded?.state === 'ready' ? (loaded.value.derivation ?? loaded.value.derivationFoundBy) : null;
  const problem = build.problems[0] ?? null;
  return [
    [],
    [span(rule + '─'.repeat(Math.max(0, cells - width(rule))), 'dim')],
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
  if (build.access !== 'readable') return 'closed to you: entering it asks for one privileged step';
  return build.envFile?.access === 'readable' ? 'its env-vars can be read' : 'its environment comes from the .drv';
}
