/** What a benchmark gives: rows of figures, each with the bar that it is held to, where there is one. */

export interface Row {
  readonly name: string;
  readonly value: number;
  /** `×` is a ratio of medians in one run. */
  readonly unit: '×' | 'ms' | 'MB' | '%';
  /** The value must be at most this; null where there is no bar. */
  readonly bar: number | null;
  /** Anything needed to judge it: counts, the medians behind a ratio. */
  readonly note?: string;
}

/** The middle of the values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/**
 * Times each of the actions, one after the other, `rounds` times: what else the machine does meets all of them alike.
 * @returns the milliseconds of each action's rounds; the first round is a warm-up and is not counted
 */
export function interleaved<K extends string>(
  rounds: number,
  actions: Readonly<Record<K, () => void>>,
): Record<K, number[]> {
  const names = Object.keys(actions) as K[];
  const times = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round <= rounds; round += 1)
    for (const name of names) {
      const start = performance.now();
      actions[name]();
      if (round > 0) times[name].push(performance.now() - start);
    }
  return times;
}

/** A ratio of two medians as a row. */
export function ratio(name: string, of: readonly number[], to: readonly number[], bar: number | null): Row {
  const [a, b] = [median(of), median(to)];
  return {
    name,
    value: a / b,
    unit: '×',
    bar,
    note: `${a.toFixed(1)} ms against ${b.toFixed(1)} ms, ${of.length} runs`,
  };
}
