/** What a log tells: its phases, its errors, and where it failed. Gathered line by line, in bounded memory. */
import { fromBytes } from '../../base/path.ts';
import { plainText, safeText } from './ansi.ts';
import { type ErrorRank, errorRanker } from './error-lines.ts';
import { type RawLine, textOf } from './lines.ts';
import { nixMessage } from './nix-message.ts';
import { type PhaseMark, phaseTracker } from './phases.ts';

export interface LogPhase {
  /** `buildPhase`; from the log, so anything. */
  readonly name: string;
  /** From its header on; 1-based. */
  readonly startLine: number;
  /** The last line before the next phase, or of the log. */
  readonly endLine: number;
}

export interface LogError {
  readonly line: number;
  readonly rank: ErrorRank;
  /** The line without colours, cut at 400 characters; safe for a terminal. */
  readonly text: string;
}

export interface LogFacts {
  readonly lineCount: number;
  /** Unpacked. */
  readonly byteCount: number;
  readonly phases: readonly LogPhase[];
  /** The phase that was begun last; null where the log names none. */
  readonly failingPhase: string | null;
  /** In order; of more than 1,000 the first and the last 500. */
  readonly errors: readonly LogError[];
  /** How many lines of each rank there are. */
  readonly errorCount: Readonly<Record<ErrorRank, number>>;
  /** The line that says best what failed: of those of the highest rank in the failing phase the last. */
  readonly lastError: LogError | null;
  /** The last line that is not blank, in the form of {@link LogError.text}. */
  readonly lastLine: { readonly line: number; readonly text: string } | null;
}

export interface FactsCollector {
  readonly add: (line: RawLine) => void;
  /** What is known now. */
  readonly facts: () => LogFacts;
}

/** Errors are ranked by the start of their line: the rest of a long one tells no more, and patterns stay quick. */
const RANKED_UNITS = 2000;
const SHOWN_UNITS = 400;
const KEPT = 500;

/** Gathers facts of lines in order. */
export function factsCollector(): FactsCollector {
  const phases = phaseTracker();
  const rank = errorRanker();
  const first: LogError[] = [];
  const last: LogError[] = [];
  const best: Partial<Record<ErrorRank, LogError>> = {};
  const errorCount = { cause: 0, step: 0, sign: 0 };
  let lineCount = 0;
  let byteCount = 0;
  let lastLine: { line: number; text: string | null; bytes: string } | null = null;
  const addError = (error: LogError): void => {
    errorCount[error.rank] += 1;
    best[error.rank] = error;
    if (first.length < KEPT) first.push(error);
    else last.push(error);
    if (last.length > 2 * KEPT) last.splice(0, KEPT);
  };
  const add = (line: RawLine): void => {
    lineCount += 1;
    byteCount += line.bytes.length + line.cutBytes + 1;
    if (line.bytes.length === 0) return;
    const message = line.bytes[0] === AT ? nixMessage(textOf(line)) : null;
    if (message?.action === 'setPhase') phases.told(message.phase, lineCount);
    if (message !== null && message.action !== 'msg') return;
    // Latin-1: one unit a byte is quick, and what is looked for is ASCII.
    const text = plainText(message?.text ?? line.bytes.toString('latin1', 0, RANKED_UNITS));
    if (phases.header(text, lineCount)) return;
    const found = rank(text) ?? (message !== null && message.level === 0 ? 'cause' : null);
    if (found !== null) addError({ line: lineCount, rank: found, text: shown(message?.text ?? textOf(line)) });
    if (text.trim() !== '') lastLine = { line: lineCount, text: message?.text ?? null, bytes: text };
  };
  const facts = (): LogFacts => {
    const known = phases.marks();
    const failing = known.at(-1) ?? null;
    return {
      lineCount,
      byteCount,
      phases: withEnds(known, lineCount),
      failingPhase: failing?.name ?? null,
      errors: [...first, ...last.slice(-KEPT)],
      errorCount: { ...errorCount },
      lastError: bestOf(best, failing?.line ?? 0),
      lastLine:
        lastLine === null
          ? null
          : { line: lastLine.line, text: shown(lastLine.text ?? fromBytes(Buffer.from(lastLine.bytes, 'latin1'))) },
    };
  };
  return { add, facts };
}

const AT = 64;

function shown(text: string): string {
  const line = safeText(text).replaceAll('\t', ' ').trim();
  return line.length > SHOWN_UNITS ? `${line.slice(0, SHOWN_UNITS - 1)}…` : line;
}

function withEnds(marks: readonly PhaseMark[], lineCount: number): readonly LogPhase[] {
  return marks.map(({ name, line }, at) => ({
    name,
    startLine: line,
    endLine: Math.max(line, (marks[at + 1]?.line ?? lineCount + 1) - 1),
  }));
}

/** What failed is in the failing phase; where it says nothing, the best of all. */
function bestOf(best: Partial<Record<ErrorRank, LogError>>, sinceLine: number): LogError | null {
  const ranked = [best.cause, best.step, best.sign].filter(error => error !== undefined);
  return ranked.find(({ line }) => line >= sinceLine) ?? ranked[0] ?? null;
}
