/** Logs: opening, moving, folding. Lines are read when they come into view. */
import { ok, type Result } from '../../base/failure.ts';
import type { KeptBuild } from '../../nix/kept-build.ts';
import { type App, get, set } from '../app.ts';
import type { OpenLog } from '../core.ts';
import { inside, panels } from '../layout.ts';
import { type LogInfo, NO_LOG_PLACE } from '../log-place.ts';
import { type State } from '../state.ts';
import { LOG_HEADING, textOf } from '../views/log.ts';
import { phaseAt, seenLines, stepLines } from '../views/log-lines.ts';

/** Lines that stay in the state; more are read again. */
const MOST_LINES = 4000;
/** Read ahead of what is seen. */
const AHEAD = 50;

/** Opens a build's log; its facts grow in the background. */
export async function openLog(app: App, build: KeptBuild): Promise<Result<LogInfo>> {
  const opened = await app.core.log(build);
  if (!opened.ok) return opened;
  const { index } = opened.value;
  app.openLogs.set(build.outer, index);
  index.onProgress(() => learn(app, build, opened.value));
  // Not at once: a short log may be read before what this function gives is in the state.
  void index.ready.then(() =>
    setImmediate(() => {
      learn(app, build, opened.value);
      if (get(app).log.of === build.outer && get(app).log.cursor === 1) jumpToFailure(app);
    }),
  );
  return ok(infoOf(opened.value));
}

function infoOf({ index, foundBy }: OpenLog): LogInfo {
  return { path: index.log.path, foundBy, ...index.state() };
}

function learn(app: App, build: KeptBuild, log: OpenLog): void {
  if (get(app).logs.get(build.outer)?.state !== 'ready') return;
  const logs = new Map(get(app).logs).set(build.outer, { state: 'ready', value: infoOf(log) });
  set(app, { logs });
  showLines(app);
}

/** The log that is shown, where it is open. */
export function current(state: State): LogInfo | null {
  const loaded = state.selected === null ? undefined : state.logs.get(state.selected);
  return loaded?.state === 'ready' ? loaded.value : null;
}

/** Reads the lines that are seen and not there yet. Called whenever the view may have changed. */
export function showLines(app: App): void {
  const state = get(app);
  const info = current(state);
  const placed = panels(state).find(({ panel }) => panel === 'log');
  if (info === null || placed === undefined || state.selected === null) return;
  const place = state.log.of === state.selected ? state.log : { ...NO_LOG_PLACE, of: state.selected };
  if (place !== state.log) {
    set(app, { log: place });
    if (info.complete) return jumpToFailure(app);
  }
  const seen = seenLines(info.facts, place.folded, place.cursor, inside(placed).rows - LOG_HEADING);
  const wanted = seen.filter(line => !place.lines.has(line));
  const [first] = wanted;
  if (first !== undefined) void readLines(app, state.selected, first, (wanted.at(-1) ?? first) - first + 1);
}

async function readLines(app: App, of: string, first: number, count: number): Promise<void> {
  const from = Math.max(1, first - AHEAD);
  try {
    // Folded phases may lie between: what is read at once has an end.
    const lines = await app.openLogs.get(of)?.lines(from, Math.min(count + 2 * AHEAD, 500));
    const { log } = get(app);
    if (lines === undefined || log.of !== of) return;
    const kept = log.lines.size > MOST_LINES ? [] : log.lines;
    const fresh = lines.map(({ number, text }) => [number, text] as const);
    set(app, { log: { ...log, lines: new Map([...kept, ...fresh]) } });
    if (lines.length > 0 && count > lines.length) showLines(app);
  } catch {
    // The log was closed meanwhile.
  }
}

function goToLine(app: App, cursor: number): void {
  const { log } = get(app);
  set(app, { log: { ...log, cursor } });
  showLines(app);
}

/** Moves by lines that are seen. */
export function moveInLog(app: App, by: number): void {
  const state = get(app);
  const info = current(state);
  if (info !== null) goToLine(app, stepLines(info.facts, state.log.folded, state.log.cursor, by));
}

/** To the line that says best what failed. */
export function jumpToFailure(app: App): void {
  const info = current(get(app));
  if (info === null) return;
  const { lastError, lastLine, lineCount } = info.facts;
  reveal(app, info, lastError?.line ?? lastLine?.line ?? lineCount);
}

/** To the next or the previous line that is an error; behind the last one the first again. */
export function nextError(app: App, by: 1 | -1): void {
  const { log } = get(app);
  const info = current(get(app));
  const lines = info?.facts.errors.map(({ line }) => line) ?? [];
  if (info === null || lines.length === 0) return set(app, { toast: 'no line of this log looks like an error' });
  const target =
    by > 0
      ? (lines.find(line => line > log.cursor) ?? lines[0])
      : (lines.findLast(line => line < log.cursor) ?? lines.at(-1));
  reveal(app, info, target ?? log.cursor);
}

/** To the next or the previous phase. */
export function nextPhase(app: App, by: 1 | -1): void {
  const { log } = get(app);
  const info = current(get(app));
  const starts = info?.facts.phases.map(({ startLine }) => startLine) ?? [];
  const target = by > 0 ? starts.find(line => line > log.cursor) : starts.findLast(line => line < log.cursor);
  if (info === null) return;
  if (target === undefined) return set(app, { toast: `there is no phase ${by > 0 ? 'below' : 'above'}` });
  reveal(app, info, target);
}

/** Goes to a line, and unfolds the phase that it lies in. */
export function reveal(app: App, info: LogInfo, line: number): void {
  const { log } = get(app);
  const phase = phaseAt(info.facts, line);
  const folded = new Set(log.folded);
  if (phase !== null && line !== phase.startLine) folded.delete(phase.startLine);
  set(app, { log: { ...log, folded, column: 0 } });
  goToLine(app, Math.max(1, line));
}

/** Folds the phase of the cursor, or unfolds it. */
export function toggleFold(app: App): void {
  const { log } = get(app);
  const info = current(get(app));
  const phase = info === null ? null : phaseAt(info.facts, log.cursor);
  if (phase === null) return set(app, { toast: 'this line belongs to no phase' });
  const folded = new Set(log.folded);
  if (!folded.delete(phase.startLine)) folded.add(phase.startLine);
  set(app, { log: { ...log, folded } });
  goToLine(app, phase.startLine);
}

/** Folds every phase but the one that failed; where all of those are folded, none. */
export function foldOthers(app: App): void {
  const { log } = get(app);
  const info = current(get(app));
  if (info === null) return;
  const others = info.facts.phases.slice(0, -1).map(({ startLine }) => startLine);
  const folded = new Set(others.every(line => log.folded.has(line)) ? [] : others);
  set(app, { log: { ...log, folded } });
  goToLine(app, stepLines(info.facts, folded, log.cursor, 0));
}

/** The text of the line under the cursor. */
export function currentLine(state: State): string {
  return textOf(state.log.lines.get(state.log.cursor) ?? '');
}
