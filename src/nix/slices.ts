/** Long work in slices, so that a screen that waits beside it is drawn and a key is answered. */
import { setImmediate } from 'node:timers/promises';

/** How long a slice of work may be, in milliseconds: two that run beside each other leave half of a frame at 60 a second. */
const SLICE_MS = 4;

/** Thrown out of work that was given up; its `signal` says so. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/**
 * A function to `await` between two small pieces of work: it lets the event loop turn where the slice is used up, and costs
 * a look at the clock where it is not.
 * @throws GivenUp from the returned function, once `signal` is aborted
 */
export function slices(signal?: AbortSignal, sliceMs = SLICE_MS): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (signal?.aborted === true) throw new GivenUp('it was given up');
    if (performance.now() - began < sliceMs) return undefined;
    return setImmediate().then(() => {
      began = performance.now();
    });
  };
}
