/** The log's view: the lines around the cursor, phases that fold, errors marked. */

import { safeText } from '../../nix/log/ansi.ts';
import { styledParts } from '../../nix/log/styled.ts';
import { counted } from '../../report/text.ts';
import {
  dropCells,
  fitLine,
  foreign,
  type Line,
  lineText,
  restyled,
  type Span,
  type Style,
  span,
  width,
} from '../line.ts';
import { type LogInfo } from '../log-place.ts';
import { type State, selectedBuild } from '../state.ts';
import { commandOf } from './command.ts';
import { withoutHashes } from './env-groups.ts';
import { failureView } from './failure.ts';
import { seenLines } from './log-lines.ts';

/** Lines of the view that are not the log's own. */
export const LOG_HEADING = 3;

/** The log in `cells` × `rows`. */
export function logLines(state: State, cells: number, rows: number): readonly Line[] {
  const build = selectedBuild(state);
  if (build === null) return [[span('  No build is selected.', 'dim')]];
  const loaded = state.logs.get(build.outer);
  if (loaded === undefined || loaded.state === 'loading') return [[span('  being looked for …', 'dim')]];
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
    const hidden = folded ? `  (${counted(phase.endLine - phase.startLine, 'line')} folded)` : '';
    const line: Line = [
      span(selected ? '▸' : ' '),
      span(`${String(number).padStart(digits)} `, 'dim'),
      span(mark, style),
      ...sideways(
        [...found(coloured(log.lines.get(number) ?? '…', style), log.search), span(hidden, 'dim')],
        log.column,
      ),
    ];
    return selected ? restyled(fitLine(line, cells), 'selected') : line;
  });
  return [...headingOf(state, info), ...lines];
}

/** Cells of the panel that are not the line's own: its number and marks. */
export function logIndent({ facts }: LogInfo): number {
  return String(facts.lineCount).length + 4;
}

/** The line from this cell on; that there is something before it is shown. */
function sideways(line: Line, column: number): Line {
  if (column === 0 || width(lineText(line)) === 0) return line;
  return [span('…', 'dim'), ...dropCells(line, column + 1)];
}

/** What a terminal would show of the line: of progress that overwrites itself the last. */
function lastOf(line: string): string {
  return line.split('\r').findLast(part => part !== '') ?? '';
}

/** The line's text, safe to print. */
export function textOf(line: string): string {
  return safeText(lastOf(line)).replaceAll('\t', '  ');
}

/** The line in its own colours; where it has none, in `style`. */
function coloured(line: string, style: Style): Line {
  return styledParts(lastOf(line)).map(({ text, sgr }) => {
    const own = sgr.attributes.length + sgr.colours.length > 0;
    const plain = foreign(text.replaceAll('\t', '  '), own ? 'plain' : style);
    return own ? { ...plain, sgr } : plain;
  });
}

/** The line with what was searched for marked, where it is there. */
function found(line: Line, wanted: string): Line {
  const at = wanted === '' ? -1 : lineText(line).toLowerCase().indexOf(wanted.toLowerCase());
  if (at < 0) return line;
  const [before, rest] = cut(line, at);
  const [marked, after] = cut(rest, wanted.length);
  return [...before, ...restyled(marked, 'selected'), ...after];
}

/** The line before and behind a place in its text. */
function cut(line: Line, at: number): readonly [Line, Line] {
  const before: Span[] = [];
  const after: Span[] = [];
  let left = at;
  for (const piece of line) {
    before.push({ ...piece, text: piece.text.slice(0, left) });
    after.push({ ...piece, text: piece.text.slice(left) });
    left = Math.max(0, left - piece.text.length);
  }
  return [before, after].map(pieces => pieces.filter(({ text }) => text !== '')) as [Span[], Span[]];
}

/** Base names of logs begin with what is left of the hash, its first two letters being the directory's. */
const HASH = /^[0-9a-z]{30}-/;

function headingOf(state: State, { path, foundBy, facts, complete, problems }: LogInfo): readonly Line[] {
  const { log } = state;
  const count = facts.errorCount.cause + facts.errorCount.step + facts.errorCount.sign;
  const progress = complete ? '' : ', being read …';
  const search = log.search === '' ? '' : `  /${log.search}`;
  // While it is read, the phase is only the last one so far.
  const phase = facts.failingPhase === null || !complete ? '' : `, failed in ${facts.failingPhase}`;
  return [
    commandOf(state, 'log'),
    [
      span(` ${counted(facts.lineCount, 'line')}${progress}, ${counted(count, 'error')}`),
      foreign(phase, 'bad'),
      foreign(search, 'accent'),
    ],
    [
      foreign(` ${path.slice(path.lastIndexOf('/') + 1).replace(HASH, '…-')}`, 'strong'),
      foreign(`: ${withoutHashes(problems[0] ?? foundBy)}`, problems.length > 0 ? 'warning' : 'dim'),
    ],
  ];
}
