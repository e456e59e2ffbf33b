/** Reads a log once from start to end, in the background: for its facts, and for marks to find lines again. */
import { GivenUp } from '../slices.ts';
import type { LogBytes } from './bytes.ts';
import { factsCollector, type LogFacts } from './facts.ts';
import { lineSplitter } from './lines.ts';
import { lineMarks, type Marks } from './marks.ts';
import { START } from './packed.ts';

export interface LogState {
  /** Whether the log was read to its end; until then the facts are of what was read so far. */
  readonly complete: boolean;
  readonly facts: LogFacts;
  /** What is wrong with the file, a sentence each. */
  readonly problems: readonly string[];
}

export interface Scan {
  readonly state: () => LogState;
  readonly marks: Marks;
  /** How many lines were read so far. */
  readonly known: () => number;
  /** Resolves when a line was read, or the end. */
  readonly until: (line: number) => Promise<void>;
  /** @returns how to stop the calls */
  readonly onProgress: (listener: () => void) => () => void;
  /** Resolves at the end; never rejects. */
  readonly ready: Promise<void>;
}

const TELL_MS = 100;

/** Starts to read. An aborted `signal` ends it: then what was read is all that is known. */
export function scanLog(log: LogBytes, signal: AbortSignal): Scan {
  const collector = factsCollector();
  const marks = lineMarks();
  const problems = new Set<string>();
  const listeners = new Set<() => void>();
  const waiting = new Set<{ readonly line: number; readonly resolve: () => void }>();
  let complete = false;
  let known = 0;
  const wake = (): void => {
    for (const waiter of waiting) {
      if (!complete && known < waiter.line) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  };
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const read = async (): Promise<void> => {
    const splitter = lineSplitter(line => {
      known += 1;
      marks.add(known, line.at, line.bytes.length + line.cutBytes + 1);
      collector.add(line);
    });
    let told = performance.now();
    for await (const piece of log.pieces(START, { problem: sentence => problems.add(sentence), signal })) {
      splitter.feed(piece);
      wake();
      if (performance.now() - told < TELL_MS) continue;
      told = performance.now();
      tell();
    }
    splitter.end();
  };
  const failed = (error: unknown): void => {
    if (error instanceof GivenUp) return;
    // A disk that fails, a file that is cut while it is read: what was read stays.
    problems.add(`the log could not be read to its end: ${error instanceof Error ? error.message : String(error)}`);
  };
  const ready = read()
    .catch(failed)
    .then(() => {
      complete = true;
      wake();
      tell();
    });
  return {
    state: () => ({ complete, facts: collector.facts(), problems: [...problems] }),
    marks,
    known: () => known,
    until: line =>
      new Promise(resolve => {
        waiting.add({ line, resolve });
        wake();
      }),
    onProgress: listener => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ready,
  };
}
