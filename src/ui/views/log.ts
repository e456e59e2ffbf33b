/** The log's view: the lines around the cursor, phases that fold, errors marked. */
import { safeText } from '../../nix/log/ansi.ts';
import { fitLine, foreign, type Line, restyled, type Style, span } from '../line.ts';
import { type LogInfo, type State, selectedBuild } from '../state.ts';
import { failureView } from './failure.ts';
import { seenLines } from './log-lines.ts';

/** Lines of the view that are not the log's own. */
export const LOG_HEADING = 2;

/** The log in `cells` × `rows`. */
export function logLines(state: State, cells: number, rows: number): readonly Line[] {
  const build = selectedBuild(state);
  const loaded = build === null ? undefined : state.logs.get(build.outer);
  if (build === null || loaded === undefined || loaded.state === 'loading')
    return [[span('  being looked for …', 'dim')]];
  if (loaded.state === 'failed') return failureView(loaded.failure, cells);
  const info = loaded.value;
  const { log } = state;
  if (log.of !== build.outer) return headingOf(state, info);
  const numbers = seenLines(info.facts, log.folded, log.cursor, rows - LOG_HEADING);
  const digits = String(info.facts.lineCount).length;
  const errors = new Map(info.facts.errors.map(({ line, rank }) => [line, rank]));
  const phases = new Map(info.facts.phases.map(phase => [phase.startLine, phase]));
  const lines = numbers.map((number): Line => {
    const selected = number === log.cursor && state.tab === 'log';
    const phase = phases.get(number);
    const folded = phase !== undefined && log.folded.has(phase.startLine);
    const mark = phase === undefined ? (errors.has(number) ? '✗ ' : '  ') : folded ? '▸ ' : '▾ ';
    const style: Style = phase !== undefined ? 'strong' : errors.has(number) ? 'bad' : 'plain';
    const hidden = folded ? `  (${phase.endLine - phase.startLine} lines folded)` : '';
    const line: Line = [
      span(selected ? '▸' : ' '),
      span(`${String(number).padStart(digits)} `, 'dim'),
      span(mark, style),
      ...found(textOf(log.lines.get(number) ?? '…'), log.search, style),
      span(hidden, 'dim'),
    ];
    return selected ? restyled(fitLine(line, cells), 'selected') : line;
  });
  return [...headingOf(state, info), ...lines];
}

/** What a terminal would show of the line: of progress that overwrites itself the last. */
export function textOf(line: string): string {
  const parts = line.split('\r').filter(part => part !== '');
  return safeText(parts.at(-1) ?? '').replaceAll('\t', '  ');
}

function found(text: string, wanted: string, style: Style): Line {
  const at = wanted === '' ? -1 : text.toLowerCase().indexOf(wanted.toLowerCase());
  if (at < 0) return [foreign(text, style)];
  const end = at + wanted.length;
  return [foreign(text.slice(0, at), style), foreign(text.slice(at, end), 'selected'), foreign(text.slice(end), style)];
}

function headingOf({ log }: State, { path, foundBy, facts, complete, problems }: LogInfo): readonly Line[] {
  const count = facts.errorCount.cause + facts.errorCount.step + facts.errorCount.sign;
  const progress = complete ? '' : ', being read …';
  const search = log.search === '' ? '' : `  /${log.search}`;
  const phase = facts.failingPhase === null ? '' : `, failed in ${facts.failingPhase}`;
  return [
    [
      foreign(` ${path.slice(path.lastIndexOf('/') + 1)}`, 'strong'),
      foreign(`  ${problems[0] ?? foundBy}`, problems.length > 0 ? 'warning' : 'dim'),
    ],
    [span(` ${facts.lineCount} lines${progress}, ${count} errors`), foreign(phase, 'bad'), foreign(search, 'accent')],
  ];
}
