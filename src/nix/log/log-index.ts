/**
 * A log to look around in: it is read once from start to end in the background, for its facts and for marks at a distance, and
 * then again wherever lines are asked for. Memory does not grow with the log; the event loop is never held for long.
 */
import type { LogBytes } from './bytes.ts';
import { lineCache } from './line-cache.ts';
import { type LogLine, lineReader } from './line-reader.ts';
import { type LogState, scanLog } from './scan.ts';
import { type Direction, searchLines } from './search.ts';

export interface LogIndex {
  readonly log: LogBytes;
  readonly state: () => LogState;
  /** Calls back some ten times a second while the log is read, and at its end. @returns how to stop that */
  readonly onProgress: (listener: () => void) => () => void;
  /** Resolves when the log was read to its end; never rejects. */
  readonly ready: Promise<void>;
  /** Up to 5,000 lines; fewer at the end of the log. Waits until they were read once. */
  readonly lines: (from: number, count: number) => Promise<readonly LogLine[]>;
  /**
   * The next line that holds the text, from `from` on (which counts) or backwards; null where there is none. As in vim with
   * smartcase: small letters find capital ones, too.
   */
  readonly search: (text: string, from: number, direction: Direction, signal?: AbortSignal) => Promise<number | null>;
  /** Ends what is going on, and closes the file. Lines and searches that are under way are rejected with `GivenUp`. */
  readonly close: () => Promise<void>;
}

const MOST_LINES = 5000;

/** Starts to read a log, which becomes the index's own. */
export function openLogIndex(log: LogBytes): LogIndex {
  const ended = new AbortController();
  const scan = scanLog(log, ended.signal);
  const read = lineReader({ log, marks: scan.marks, cache: lineCache(), signal: ended.signal, known: scan.known });
  const running = new Set<Promise<unknown>>();
  const guarded = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    const done = (): void => void running.delete(work);
    work.then(done, done);
    return work;
  };
  return {
    log,
    state: scan.state,
    onProgress: scan.onProgress,
    ready: scan.ready,
    lines: async (from, count) => {
      const first = Math.max(1, from);
      const last = first + Math.min(count, MOST_LINES) - 1;
      await scan.until(last);
      return guarded(read(first, last));
    },
    search: (text, from, direction, signal) => {
      const either = signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]);
      return guarded(searchLines({ log, marks: scan.marks }, text, { from, direction, signal: either }));
    },
    close: async () => {
      ended.abort();
      await Promise.allSettled([scan.ready, ...running]);
      log.close();
    },
  };
}
