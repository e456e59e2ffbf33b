/** What a run does where the store cannot be shown in the way that was planned. */
import type { RunOutcome } from '../sandbox/run.ts';
import type { StoreView } from '../sandbox/store-view.ts';
import { forgetClosures } from '../session/closure-cache.ts';
import { noteRefusedLayer } from './store-layer.ts';

/** How a run ended, and what it showed of the store; null where it came not that far. */
export interface Ran {
  readonly outcome: RunOutcome;
  readonly store: StoreView | null;
}

/** Runs it, and again where what it shows of the store was found not to be had. @param run plans anew each time */
export async function onStore(run: () => Promise<Ran>): Promise<RunOutcome> {
  let { outcome, store } = await run();
  if (outcome.kind === 'failed' && outcome.at === 'storePaths') {
    // What was remembered of the store is not there any more: now the store is asked, and tells what is missing.
    forgetClosures(process.env);
    ({ outcome, store } = await run());
  }
  while (outcome.kind === 'failed' && outcome.at === 'storeLayer' && store?.kind === 'whole') {
    if (typeof store.layer === 'string') break;
    // Each time there is one place less for it, and at last no layer.
    noteRefusedLayer(store.layer, outcome.failure);
    ({ outcome, store } = await run());
  }
  return outcome;
}
