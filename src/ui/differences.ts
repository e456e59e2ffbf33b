/** How two lists differ, item by item: a longest common subsequence (Hunt and McIlroy, 1976), as diff(1) shows it. Pure. */

/** `-`: only in the other list, `+`: only in the own one. */
export interface Difference {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Products of lengths above this are not compared item by item: all that differs is shown as gone and come. */
const MOST_PAIRS = 1_000_000;

/** What leads from `other` to `own`. Memory and time are those of {@link MOST_PAIRS} numbers at most. */
export function differences(other: readonly string[], own: readonly string[]): readonly Difference[] {
  let start = 0;
  while (start < other.length && start < own.length && other[start] === own[start]) start += 1;
  let end = 0;
  while (end < other.length - start && end < own.length - start && other.at(-1 - end) === own.at(-1 - end)) end += 1;
  const same = (items: readonly string[]): readonly Difference[] => items.map(text => ({ mark: ' ', text }));
  return [
    ...same(own.slice(0, start)),
    ...middle(other.slice(start, other.length - end), own.slice(start, own.length - end)),
    ...same(own.slice(own.length - end)),
  ];
}

function middle(other: readonly string[], own: readonly string[]): readonly Difference[] {
  const wide = own.length + 1;
  const all = other.length * own.length <= MOST_PAIRS;
  // common[at]: the length of the longest common subsequence of what is left of both.
  const common = new Uint32Array(all ? (other.length + 1) * wide : 0);
  const commonAt = (a: number, b: number): number => common[a * wide + b] ?? 0;
  if (all)
    for (let a = other.length - 1; a >= 0; a -= 1)
      for (let b = own.length - 1; b >= 0; b -= 1)
        common[a * wide + b] =
          other[a] === own[b] ? commonAt(a + 1, b + 1) + 1 : Math.max(commonAt(a + 1, b), commonAt(a, b + 1));
  const found: Difference[] = [];
  let a = 0;
  let b = 0;
  while (a < other.length || b < own.length) {
    const [theirs, ours] = [other[a], own[b]];
    if (all && theirs !== undefined && theirs === ours) {
      found.push({ mark: ' ', text: theirs });
      a += 1;
      b += 1;
    } else if (theirs !== undefined && (ours === undefined || commonAt(a + 1, b) >= commonAt(a, b + 1))) {
      found.push({ mark: '-', text: theirs });
      a += 1;
    } else {
      found.push({ mark: '+', text: ours ?? '' });
      b += 1;
    }
  }
  return found;
}
