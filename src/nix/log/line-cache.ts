/** Lines that were read lately, by the mark that they stand behind; bounded by what they weigh. */

export interface LineCache {
  /** The lines from `first` on that are here, or undefined. */
  readonly get: (first: number) => readonly string[] | undefined;
  readonly set: (first: number, lines: readonly string[]) => void;
}

/** Two bytes a unit, and what a string and its place in a list take. */
const LINE_BYTES = 48;
const MOST_BYTES = 12_000_000;

/** A cache of some 12 MB; what was used longest ago goes first. */
export function lineCache(): LineCache {
  const held = new Map<number, { readonly lines: readonly string[]; readonly bytes: number }>();
  let total = 0;
  const drop = (first: number): void => {
    total -= held.get(first)?.bytes ?? 0;
    held.delete(first);
  };
  return {
    get: first => {
      const found = held.get(first);
      if (found === undefined) return undefined;
      // A Map keeps the order of insertion: the newest is last.
      held.delete(first);
      held.set(first, found);
      return found.lines;
    },
    set: (first, lines) => {
      drop(first);
      const bytes = lines.reduce((sum, line) => sum + 2 * line.length + LINE_BYTES, 0);
      held.set(first, { lines, bytes });
      total += bytes;
      for (const oldest of held.keys()) {
        if (total <= MOST_BYTES || oldest === first) break;
        drop(oldest);
      }
    },
  };
}
