/** A build's log as text: lines, the places of its errors, its phases. */
import { printable } from '../base/printable.ts';
import { safeText, sgrOnly } from '../nix/log/ansi.ts';
import type { LogFacts } from '../nix/log/facts.ts';
import type { LogLine } from '../nix/log/line-reader.ts';
import { nixMessage } from '../nix/log/nix-message.ts';
import { table } from './text.ts';

/** How text of a log is made safe: with its colours, or without them. */
export type Colours = 'kept' | 'none';

/**
 * A line of a log as a person wants it, safe for a terminal; null for what the builder told Nix and not the person (`@nix` lines,
 * but for their messages).
 */
export function logLine(text: string, colours: Colours): string | null {
  const message = nixMessage(text);
  if (message !== null && message.action !== 'msg') return null;
  const shown = message === null ? [text] : message.text.split('\n');
  return shown.map(colours === 'kept' ? sgrOnly : safeText).join('\n');
}

/** Lines that stand together, with what they stand for. */
export interface Excerpt {
  readonly lines: readonly LogLine[];
  /** The numbers of the lines that matter. */
  readonly marked: readonly number[];
}

/** Excerpts under the names of their phases: numbered lines, those that matter with `>`. */
export function excerptsText(excerpts: readonly Excerpt[], facts: LogFacts, colours: Colours): string {
  const width = String(facts.lineCount).length;
  let text = '';
  let before: string | null = null;
  for (const { lines, marked } of excerpts) {
    const heading = headingOf(facts, marked[0] ?? lines[0]?.number ?? 0);
    text += `${text === '' ? '' : '\n'}${heading === before ? '' : `${heading}\n\n`}`;
    before = heading;
    for (const { number, text: raw } of lines) {
      const line = logLine(raw, colours);
      if (line === null) continue;
      text += `${marked.includes(number) ? '>' : ' '} ${String(number).padStart(width)}  ${line}\n`;
    }
  }
  return text;
}

function headingOf(facts: LogFacts, line: number): string {
  const phase = facts.phases.findLast(({ startLine, endLine }) => startLine <= line && line <= endLine);
  if (phase === undefined) return facts.phases.length === 0 ? 'The log names no phases' : 'Before the first phase';
  return `${printable(phase.name)}, lines ${phase.startLine} to ${phase.endLine}`;
}

/** A line a phase: where it stands in the log, and how many of the listed errors are in it. */
export function phasesText(facts: LogFacts): string {
  if (facts.phases.length === 0) return 'The log names no phases.\n';
  const rows = facts.phases.map(({ name, startLine, endLine }, at) => [
    name,
    `${startLine}-${endLine}`,
    String(facts.errors.filter(({ line, rank }) => rank !== 'sign' && startLine <= line && line <= endLine).length),
    at === facts.phases.length - 1 ? (facts.lastError?.text ?? '') : '',
  ]);
  return table([['PHASE', 'LINES', 'ERRORS', 'LAST ERROR'], ...rows]).replaceAll(/ +$/gm, '');
}
