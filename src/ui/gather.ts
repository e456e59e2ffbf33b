/** Learns the builds' facts in the background: those on the screen first, one at a time, so that keys are never late. */
import { type App, get, set } from './app.ts';
import { type Facts, NO_FACTS, type State } from './state.ts';

/** Rows around the cursor that come first. */
const NEAR = 60;

/** Starts to gather. @returns the stop */
export function gatherFacts(app: App): () => void {
  const stop = new AbortController();
  const begun = new Set<string>();
  let working = false;
  const work = async (): Promise<void> => {
    if (working) return;
    working = true;
    for (let build = next(get(app), begun); build !== null && !stop.signal.aborted; build = next(get(app), begun)) {
      begun.add(build.outer);
      const { outer } = build;
      try {
        await app.core.gather(build, facts => learn(app, outer, facts), stop.signal);
      } catch {
        // It went away meanwhile, or cannot be read: what is not known is shown as not known.
      }
      if (!stop.signal.aborted) learn(app, outer, { done: true });
      // Keys and frames have their turn.
      await new Promise(resolve => setImmediate(resolve));
    }
    working = false;
  };
  const unsubscribe = app.store.subscribe((state, before) => {
    if (state.builds !== before.builds) void work();
  });
  void work();
  return () => {
    stop.abort();
    unsubscribe();
  };
}

function learn(app: App, outer: string, part: Partial<Facts>): void {
  const { facts } = get(app);
  set(app, { facts: new Map(facts).set(outer, { ...(facts.get(outer) ?? NO_FACTS), ...part }) });
}

function next({ shown, builds, selected }: State, begun: ReadonlySet<string>): State['builds'][number] | null {
  const at = Math.max(
    0,
    shown.findIndex(({ outer }) => outer === selected),
  );
  const near = shown.slice(Math.max(0, at - NEAR), at + NEAR);
  const open = (build: State['builds'][number]): boolean => !begun.has(build.outer);
  return near.find(open) ?? builds.find(open) ?? null;
}
