/** The environment's inspector. */
import { printable } from '../../base/printable.ts';
import { counted, size } from '../../report/text.ts';
import { windowStart } from '../layout.ts';
import { fit, fitLine, foreign, type Line, restyled, span, wordChunks } from '../line.ts';
import { nameOf, type State, selectedBuild } from '../state.ts';
import { bashLine } from './bash-colours.ts';
import { commandOf } from './command.ts';
import { entriesOf, withoutHashes } from './env-groups.ts';
import { type EnvRow, envRows, PART_INDENT, PIECE_INDENT } from './env-rows.ts';
import { failureView } from './failure.ts';

/** The inspector in `cells` × `rows`: what the environment is and is from, then its rows around the cursor. */
export function envLines(state: State, cells: number, rows: number): readonly Line[] {
  const build = selectedBuild(state);
  if (build === null) return [[span('  No build is selected.', 'dim')]];
  const loaded = state.details.get(build.outer);
  if (loaded === undefined || loaded.state === 'loading') return [[span('  being read …', 'dim')]];
  if (loaded.state === 'failed') return failureView(loaded.failure, cells);
  const all = envRows(state, cells);
  const heading = headingOf(state, all, cells);
  const height = rows - heading.length;
  const cursor = Math.min(state.env.cursor, Math.max(0, all.length - 1));
  const first = windowStart(cursor, all.length, height);
  const names = Math.min(26, Math.floor(cells / 3));
  const lines = all.slice(first, first + height).map((row, at) => {
    const selected = first + at === cursor && state.tab === 'env';
    const line: Line = [span(selected ? '▸' : ' '), ...rowLine(state, row, names)];
    return selected ? restyled(fitLine(line, cells), 'selected') : line;
  });
  return [...heading, ...lines];
}

/** Lines of a note at most: why it cannot be entered, for example. */
const MOST_NOTED = 3;

function headingOf(state: State, all: readonly EnvRow[], cells: number): readonly Line[] {
  const build = selectedBuild(state);
  const loaded = build === null ? undefined : state.details.get(build.outer);
  if (loaded?.state !== 'ready') return [];
  const { notes } = loaded.value;
  const { source, variables, problems } = loaded.value.env;
  const from =
    source.kind === 're-constructed'
      ? span('re-constructed from the .drv: what phases set is lost', 'warning')
      : span(source.kind === 'file' ? 'from env-vars' : '', 'dim');
  const shown = all.filter(({ kind }) => kind === 'variable').length;
  const filter = state.env.filter === '' ? '' : ` · ${shown} match '${state.env.filter}'`;
  const first: Line = [span(` ${counted(variables.length, 'variable')} `), from, foreign(filter, 'accent')];
  const compared = comparison(state);
  const odd: readonly Line[] = problems
    .slice(0, 1)
    .map(({ line, message }) => [
      foreign(` line ${line}: ${message}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''}`, 'warning'),
    ]);
  const noted = notes.slice(0, 1).flatMap(note => cutAt(MOST_NOTED, wordChunks(printable(note), cells - 2)));
  const warned = noted.map((note): Line => [span(` ${note}`, 'warning')]);
  return [commandOf(state, 'env'), first, ...(compared === null ? [] : [compared]), ...odd, ...warned];
}

/** So many lines at most; that there were more is shown. */
function cutAt(most: number, lines: readonly string[]): readonly string[] {
  return lines.slice(0, most).map((line, at) => (at === most - 1 && lines.length > most ? `${line} …` : line));
}

function comparison(state: State): Line | null {
  const { compare } = state.env;
  if (compare === null) return null;
  const other = state.builds.find(({ outer }) => outer === compare);
  const loaded = state.details.get(compare);
  const name = other === undefined ? compare : nameOf(state, other);
  const tail = loaded?.state === 'failed' ? ': it cannot be read' : loaded?.state === 'ready' ? '' : ': being read …';
  return [foreign(` differences from ${name}${tail}  + only here  - only there  ~ changed`, 'accent')];
}

const MARKS = { same: '  ', changed: '~ ', added: '+ ', removed: '- ' } as const;

function rowLine(state: State, row: EnvRow, names: number): Line {
  const shorten = (text: string): string => printable(state.env.full ? text : withoutHashes(text));
  switch (row.kind) {
    case 'group':
      return [span(`${row.open ? '▾' : '▸'} ${row.title} `, 'strong'), span(`(${row.count})`, 'dim')];
    case 'variable': {
      const mark = row.difference === null ? '  ' : MARKS[row.difference];
      const name = fit(printable(row.name), names);
      return [span(`${mark}`, 'warning'), span(`${name} `, 'accent'), ...valueSpans(row, shorten)];
    }
    case 'entry':
      return [
        span(`      ${String(row.number).padStart(3)}  `, 'dim'),
        foreign(row.shown),
        span(row.missing ? '  missing' : '', 'bad'),
      ];
    case 'code':
      return [span(`      ${String(row.number).padStart(3)}  `, 'dim'), ...bashLine(printable(row.shown))];
    case 'more':
      return [span(' '.repeat(PART_INDENT)), foreign(row.shown)];
    case 'piece':
      return [span(' '.repeat(PIECE_INDENT)), foreign(row.shown)];
    case 'difference': {
      const style = row.mark === '-' ? 'bad' : row.mark === '+' ? 'good' : 'plain';
      return [span(' '.repeat(PIECE_INDENT)), span(`${row.mark} `, style), foreign(row.shown, style)];
    }
    case 'other':
      return [span('  '), span(fit(printable(row.name), names), 'dim'), span(` ${row.text}`, 'dim')];
  }
}

type VariableRow = Extract<EnvRow, { kind: 'variable' }>;

function valueSpans({ value, open, folds }: VariableRow, shorten: (text: string) => string): Line {
  const arrow = span(folds ? (open ? '▾ ' : '▸ ') : '');
  if (value === null) return [arrow, span('exported, without a value', 'dim')];
  if (value === '') return [arrow, span('(empty)', 'dim')];
  const entries = entriesOf(value);
  if (entries !== null) return [arrow, span(`${entries.length} entries  `, 'dim'), span(open ? '' : shorten(value))];
  const lines = value.split('\n');
  if (lines.length > 1)
    return [arrow, span(`${lines.length} lines  `, 'dim'), span(open ? '' : shorten(lines[0] ?? ''))];
  if (value.length > 200)
    return [arrow, span(`${size(value.length)}  `, 'dim'), span(open ? '' : shorten(value.slice(0, 400)))];
  return [arrow, span(shorten(value))];
}
