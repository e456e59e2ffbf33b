/** Learns the builds' facts in the background: those on the screen first, one at a time, so that keys are never late. */
import { rearrange } from './actions/list.ts';
import { type App, get, set } from './app.ts';
import { dependsOnFacts } from './arrange.ts';
import { type Facts, NO_FACTS } from './facts.ts';
import { type State } from './state.ts';

/** What is learnt within this time is shown at once: a frame costs more than most facts. */
const TOGETHER_MS = 120;

/** Rows around the cursor that come first. */
const NEAR = 60;

/** Starts to gather. @returns the stop */
export function gatherFacts(app: App): () => void {
  const stop = new AbortController();
  const begun = new Set<State['builds'][number]>();
  let working = false;
  const notes = makeNotes(app);
  const work = async (): Promise<void> => {
    if (working) return;
    working = true;
    for (let build = next(get(app), begun); build !== null && !stop.signal.aborted; build = next(get(app), begun)) {
      begun.add(build);
      const { outer } = build;
      // Another directory may have its name meanwhile.
      const learnt = (facts: Partial<Facts>): void => {
        if (get(app).builds.includes(build)) notes.add(outer, facts);
      };
      try {
        await app.core.gather(build, learnt, stop.signal);
      } catch {
        // It went away meanwhile, or cannot be read: what is not known is shown as not known.
      }
      if (!stop.signal.aborted) learnt({ done: true });
      // Keys and frames have their turn.
      await new Promise(resolve => setImmediate(resolve));
    }
    working = false;
  };
  const unsubscribe = app.store.subscribe((state, before) => {
    if (state.builds === before.builds) return;
    const still = new Set(state.builds);
    for (const build of begun) if (!still.has(build)) begun.delete(build);
    void work();
  });
  void work();
  return () => {
    stop.abort();
    notes.stop();
    unsubscribe();
  };
}

/** Facts on their way into the state. */
function makeNotes(app: App): {
  readonly add: (outer: string, part: Partial<Facts>) => void;
  readonly stop: () => void;
} {
  let noted = new Map<string, Partial<Facts>>();
  let timer: NodeJS.Timeout | null = null;
  const show = (): void => {
    timer = null;
    const facts = new Map(get(app).facts);
    for (const [outer, part] of noted) facts.set(outer, { ...(facts.get(outer) ?? NO_FACTS), ...part });
    noted = new Map();
    set(app, { facts });
    if (dependsOnFacts(get(app))) rearrange(app);
  };
  return {
    add: (outer, part) => {
      noted.set(outer, { ...noted.get(outer), ...part });
      timer ??= setTimeout(show, TOGETHER_MS);
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

function next(
  { shown, builds, selected }: State,
  begun: ReadonlySet<State['builds'][number]>,
): State['builds'][number] | null {
  const at = Math.max(
    0,
    shown.findIndex(({ outer }) => outer === selected),
  );
  const near = shown.slice(Math.max(0, at - NEAR), at + NEAR);
  const open = (build: State['builds'][number]): boolean => !begun.has(build);
  return near.find(open) ?? builds.find(open) ?? null;
}
