/** Long work in slices, so that a screen that waits beside it is drawn and a key is answered. */

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
    // Not node:timers/promises: a plain run would load it.
    return new Promise<void>(resolve => setImmediate(resolve)).then(() => {
      began = performance.now();
    });
  };
}
