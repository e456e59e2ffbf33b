/** Which lines of a log begin where: marks at a distance, so that a log of any length has a bounded number of them. */
import type { Address } from './packed.ts';

export interface Mark {
  /** 1-based. */
  readonly line: number;
  readonly at: Address;
}

export interface Marks {
  /** To be called for each line in order. */
  readonly add: (line: number, at: Address, bytes: number) => void;
  /** The place in {@link Marks.all} of the last mark at or before a line; -1 where there is none yet. */
  readonly before: (line: number) => number;
  readonly all: readonly Mark[];
}

/** A mark for so much of text: what is read to show a screen of it. */
const DISTANCE = 65_536;
const MOST = 4096;

/** Marks for lines in order. Above 4,096 of them every second one goes, and the distance doubles. */
export function lineMarks(): Marks {
  const all: Mark[] = [];
  let distance = DISTANCE;
  let since = Number.POSITIVE_INFINITY;
  return {
    all,
    add: (line, at, bytes) => {
      if (since >= distance) {
        since = 0;
        all.push({ line, at });
        if (all.length > MOST) {
          thin(all);
          distance *= 2;
        }
      }
      since += bytes;
    },
    before: line => lastAtOrBefore(all, line),
  };
}

function thin(marks: Mark[]): void {
  const kept = marks.filter((_, at) => at % 2 === 0);
  marks.splice(0, marks.length, ...kept);
}

function lastAtOrBefore(marks: readonly Mark[], line: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((marks[middle]?.line ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
