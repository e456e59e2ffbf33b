/** Long lines of a log: which part of them is seen. */
import { type App, get, set } from '../app.ts';
import { inside, panels } from '../layout.ts';
import { width } from '../line.ts';
import type { LogInfo } from '../log-place.ts';
import type { State } from '../state.ts';
import { LOG_HEADING, logIndent, textOf } from '../views/log.ts';
import { seenLines } from '../views/log-lines.ts';
import { current } from './log.ts';

/** Brings what was found in a long line into view. */
export function showPlace(app: App, info: LogInfo, line: string, text: string): void {
  const shown = textOf(line);
  const at = shown.toLowerCase().indexOf(text.toLowerCase());
  if (at < 0) return;
  const before = width(shown.slice(0, at));
  const room = logCells(get(app)) - logIndent(info);
  const column = before + width(text) <= room ? 0 : Math.max(0, before - Math.floor(room / 3));
  set(app, { log: { ...get(app).log, column } });
}

/** Moves by half of what is seen of a line; not farther than the longest line that is read. */
export function moveSideways(app: App, by: 1 | -1): void {
  const { log } = get(app);
  const info = current(get(app));
  if (info === null) return;
  const room = logCells(get(app)) - logIndent(info);
  const seen = shownLines(get(app), info).map(number => width(textOf(log.lines.get(number) ?? '')));
  const most = Math.max(0, log.column, ...seen.map(cells => cells - Math.floor(room / 2)));
  set(app, { log: { ...log, column: Math.max(0, Math.min(most, log.column + by * Math.floor(room / 2))) } });
}

function shownLines(state: State, info: LogInfo): readonly number[] {
  const placed = panels(state).find(({ panel }) => panel === 'log');
  const rows = placed === undefined ? 0 : inside(placed).rows - LOG_HEADING;
  return seenLines(info.facts, state.log.folded, state.log.cursor, rows);
}

function logCells(state: State): number {
  const placed = panels(state).find(({ panel }) => panel === 'log');
  return placed === undefined ? state.size.columns : inside(placed).columns;
}
