/** Time for budgets. The global `performance` loads perf_hooks when it is first asked: 4 ms of every start, for one number. */

/** Milliseconds of a clock that only goes forward (clock_gettime(2), CLOCK_MONOTONIC); the origin means nothing. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
