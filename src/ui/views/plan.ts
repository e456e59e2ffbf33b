/** The plan's view: what a run would do, before it does it. */
import { printable } from '../../base/printable.ts';
import { commandLine } from '../command-line.ts';
import { windowStart } from '../layout.ts';
import { chunks, fit, fitLine, foreign, type Line, restyled, span } from '../line.ts';
import { choicesOf, type State, selectedBuild } from '../state.ts';
import { failureView } from './failure.ts';
import { changed } from './plan-choices.ts';
import { noteIndent, type PlanRow, planRows } from './plan-rows.ts';

/** The plan in `cells` × `rows`: the command that does the same, then the rows around the cursor. */
export function planLines(state: State, cells: number, rows: number): readonly Line[] {
  const build = selectedBuild(state);
  if (build === null) return [[span('  No build is selected.', 'dim')]];
  const loaded = state.plans.get(build.outer);
  if (loaded === undefined || loaded.state === 'loading') return [[span('  being made …', 'dim')]];
  const heading = commandLines(state, cells);
  if (loaded.state === 'failed') return [...heading, ...failureView(loaded.failure, cells)];
  const all = planRows(state);
  const height = rows - heading.length;
  const cursor = Math.min(state.plan.cursor, Math.max(0, all.length - 1));
  const first = windowStart(cursor, all.length, height);
  const lines = all.slice(first, first + height).map((row, at) => {
    const selected = first + at === cursor && state.tab === 'plan';
    const line: Line = [span(selected ? '▸' : ' '), ...rowLine(state, row, cells)];
    return selected ? restyled(fitLine(line, cells), 'selected') : line;
  });
  return [...heading, ...lines];
}

/** Lines of the command at most. */
const MOST_COMMAND = 3;

/** What one would type for a shell like this: `y` copies it. */
function commandLines(state: State, cells: number): readonly Line[] {
  const build = selectedBuild(state);
  if (build === null) return [];
  const command = printable(commandLine(state, [], build.outer, choicesOf(state, build.outer)));
  const pieces = chunks(command, Math.max(10, cells - 4));
  return pieces.slice(0, MOST_COMMAND).map((text, at): Line => {
    const cut = at === MOST_COMMAND - 1 && pieces.length > MOST_COMMAND ? '…' : '';
    return [span(at === 0 ? ' $ ' : '   ', 'dim'), span(text, 'accent'), span(cut, 'accent')];
  });
}

function rowLine(state: State, row: PlanRow, cells: number): Line {
  const mark = span(changed(choicesOf(state, state.selected), row) === null ? ' ' : 'x', 'dim');
  switch (row.kind) {
    case 'section':
      return [span(`${row.open ? '▾' : '▸'} ${row.title} `, 'strong'), span(`(${row.count})`, 'dim')];
    case 'node': {
      const indent = ' '.repeat(2 * row.depth + 1);
      const names = Math.min(24, Math.floor(cells / 3));
      const name = row.label === '' ? indent : `${fit(indent + printable(row.label), names)} `;
      return [mark, span(name, row.label === '' ? 'plain' : 'accent'), foreign(row.how)];
    }
    case 'omission':
      return [mark, span(' ≠ ', 'warning'), span(row.shown)];
    case 'note':
      return [span(' '.repeat(noteIndent(row.depth))), foreign(row.text, row.style)];
  }
}
