/**
 * Limits of time and memory that hold on a machine however slow and noisy: what a thing takes is compared with a yardstick that is measured
 * beside it, and the best of several tries counts.
 */
import assert from 'node:assert/strict';

/** What the yardstick takes on the machine that the limits were written for, in milliseconds. */
const YARD_MS = 8;
const TRIES = 8;

/** How much slower than that machine this one is now: 1 where it is as fast or faster. */
export function slowness(): number {
  const begun = performance.now();
  const words: string[] = [];
  for (let at = 0, state = 1; at < 10_000; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    words.push(state.toString(36));
  }
  const sum = words.sort().join('').length;
  assert.ok(sum > 0);
  return Math.max(1, (performance.now() - begun) / YARD_MS);
}

/** What `work` took, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Checks a measurement again until it holds: what is in truth bad is bad each time. @throws what the last try threw */
export async function atBest(check: () => unknown): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await check();
      return;
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

/**
 * Fails where `work` takes more than `limitMs` of the machine that the limits were written for, at best.
 * @param work gives what it took, in milliseconds
 */
export function isQuick(limitMs: number, work: () => Promise<number> | number): Promise<void> {
  return atBest(async () => {
    const before = slowness();
    const took = await work();
    const slower = Math.max(before, slowness());
    assert.ok(took < limitMs * slower, `${took.toFixed(0)} ms, where ${(limitMs * slower).toFixed(0)} are the limit`);
  });
}
