/** What failed, from as little of a log as tells it: for lists of many builds. */
import { ok, type Result } from '../../base/failure.ts';
import type { LogCandidate } from '../find-log.ts';
import { type LogBytes, openLog } from './bytes.ts';
import { factsCollector, type LogFacts } from './facts.ts';
import { lineSplitter } from './lines.ts';
import { type Address, START } from './packed.ts';
import { tailAddress } from './tail.ts';

export interface LogSummary {
  readonly version: 1;
  readonly path: string;
  readonly failingPhase: string | null;
  /** The line that says best what failed, made safe for a terminal. */
  readonly lastError: string | null;
  /** The last line that is not blank, made safe. */
  readonly lastLine: string | null;
  /** The facts of the whole log; null where only its end was read. */
  readonly whole: LogFacts | null;
  /** What is wrong with the file, a sentence each. */
  readonly problems: readonly string[];
}

export interface SummaryOptions {
  /** After so long it answers with what it knows: of plain and bz2 logs what the last lines tell, at least. Unlimited where it is not given. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
}

/** Reads the end of a log, and more of it only where that names no phase: it may be that of a long build. */
export async function readLogSummary(
  log: Pick<LogCandidate, 'path' | 'compression'>,
  options: SummaryOptions = {},
): Promise<Result<LogSummary>> {
  const opened = openLog(log);
  if (!opened.ok) return opened;
  try {
    return ok(await summarise(opened.value, performance.now() + (options.budgetMs ?? Infinity), options.signal));
  } finally {
    opened.value.close();
  }
}

async function summarise(log: LogBytes, untilMs: number, signal: AbortSignal | undefined): Promise<LogSummary> {
  let known = summaryOf(log, null, false, []);
  for (let share = 1; ; share *= 4) {
    const from = await tailAddress(log, share, signal);
    const problems: string[] = [];
    // The end is short, and on a busy machine the time may be up before it was looked at; gzip and zstd have to be read from their start.
    const short = share === 1 && (log.compression === 'none' || log.compression === 'bz2');
    const facts = await factsFrom(log, from, short ? Infinity : untilMs, problems, signal);
    if (facts === null) return known;
    const whole = from.unit === START.unit && from.skip === 0;
    known = summaryOf(log, facts, whole, problems);
    if (whole || facts.failingPhase !== null) return known;
  }
}

/** @returns null where the time is up before the log's end */
async function factsFrom(
  log: LogBytes,
  from: Address,
  untilMs: number,
  problems: string[],
  signal: AbortSignal | undefined,
): Promise<LogFacts | null> {
  const collector = factsCollector();
  const splitter = lineSplitter(collector.add);
  for await (const piece of log.pieces(from, { problem: sentence => problems.push(sentence), signal })) {
    splitter.feed(piece);
    if (performance.now() > untilMs) return null;
  }
  splitter.end();
  return collector.facts();
}

function summaryOf(log: LogBytes, facts: LogFacts | null, whole: boolean, problems: readonly string[]): LogSummary {
  return {
    version: 1,
    path: log.path,
    failingPhase: facts?.failingPhase ?? null,
    lastError: facts?.lastError?.text ?? null,
    lastLine: facts?.lastLine?.text ?? null,
    whole: whole ? facts : null,
    problems,
  };
}
