/** A log that is open, and where a person is in it. */
import type { LogFacts } from '../nix/log/facts.ts';

/** What is known of a log that is open. */
export interface LogInfo {
  readonly path: string;
  readonly foundBy: string;
  readonly facts: LogFacts;
  /** Whether it was read to its end. */
  readonly complete: boolean;
  readonly problems: readonly string[];
}

/** Where a person is in a log. Only lines around the cursor are here: a log may have millions. */
export interface LogPlace {
  /** The build whose log it is. */
  readonly of: string | null;
  /** 1-based. */
  readonly cursor: number;
  /** Start lines of the phases that are folded. */
  readonly folded: ReadonlySet<number>;
  readonly search: string;
  /** Cells of each line that lie to the left of what is seen. */
  readonly column: number;
  /** Text by line number. */
  readonly lines: ReadonlyMap<number, string>;
}

export const NO_LOG_PLACE: LogPlace = {
  of: null,
  cursor: 1,
  folded: new Set(),
  search: '',
  column: 0,
  lines: new Map(),
};
