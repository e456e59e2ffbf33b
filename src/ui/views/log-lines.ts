/** Which lines of a log are seen where phases are folded. Pure; lines are numbered from 1. */
import type { LogFacts, LogPhase } from '../../nix/log/facts.ts';

type Folds = Pick<LogFacts, 'phases' | 'lineCount'>;

/** The folded phase that hides this line; its header is always seen. */
function hiding({ phases }: Folds, folded: ReadonlySet<number>, line: number): LogPhase | null {
  return phases.find(phase => folded.has(phase.startLine) && line > phase.startLine && line <= phase.endLine) ?? null;
}

/** The phase in which a line lies. */
export function phaseAt({ phases }: Folds, line: number): LogPhase | null {
  return phases.findLast(phase => phase.startLine <= line) ?? null;
}

/** The line that is `by` seen lines away; at an end of the log, the end. */
export function stepLines(facts: Folds, folded: ReadonlySet<number>, from: number, by: number): number {
  const last = Math.max(1, facts.lineCount);
  let line = Math.max(1, Math.min(from, last));
  if (folded.size === 0 || Math.abs(by) > last) {
    const target = Math.max(1, Math.min(line + by, last));
    return hiding(facts, folded, target)?.startLine ?? target;
  }
  for (let left = Math.abs(by); left > 0; left -= 1) {
    const next = line + Math.sign(by);
    const phase = hiding(facts, folded, next);
    const seen = phase === null ? next : by > 0 ? phase.endLine + 1 : phase.startLine;
    if (seen < 1 || seen > last) break;
    line = seen;
  }
  return line;
}

/** The numbers of the lines in a window of `rows` rows around the cursor. */
export function seenLines(facts: Folds, folded: ReadonlySet<number>, cursor: number, rows: number): readonly number[] {
  if (facts.lineCount === 0 || rows < 1) return [];
  const at = stepLines(facts, folded, cursor, 0);
  let first = stepLines(facts, folded, at, -Math.floor(rows / 2));
  // At the end of the log the window is full, too.
  const end = stepLines(facts, folded, first, rows - 1);
  const seen = [first];
  for (let line = first; line !== end; ) {
    line = stepLines(facts, folded, line, 1);
    seen.push(line);
  }
  while (seen.length < rows) {
    const before = stepLines(facts, folded, first, -1);
    if (before === first) break;
    first = before;
    seen.unshift(first);
  }
  return seen;
}
