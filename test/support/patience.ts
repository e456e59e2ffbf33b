/**
 * Waits of tests: they end when the thing is there. Only a hang takes so long as the limit, on a machine however slow and busy; so
 * that no test may fail by it, nobody gives a shorter one.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export const PATIENCE_MS = 120_000;

/**
 * Waits until `holds` gives something other than false or null, and gives that.
 * @param says what was seen instead, for the message
 * @throws Error where it does not come
 */
export async function until<T>(what: string, holds: () => T | false | null, says: () => string = () => ''): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; ; await sleep(20)) {
    const found = holds();
    if (found !== false && found !== null) return found;
    if (performance.now() > end) throw new Error(`${what}: waited ${PATIENCE_MS / 1000} s\n${says()}`);
  }
}
