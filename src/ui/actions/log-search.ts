/** Searching in a log: one search at a time, which the next one ends. */
import { type App, get, set } from '../app.ts';
import { current, reveal } from './log.ts';
import { showPlace } from './log-sideways.ts';

/** The search that is under way: another one ends it. */
const searches = new WeakMap<App, AbortController>();

/** Searches on from the cursor; the search that was typed last where none is given. */
export async function searchLog(app: App, direction: 1 | -1, text = get(app).log.search): Promise<void> {
  const { selected, log } = get(app);
  searches.get(app)?.abort();
  set(app, { log: { ...log, search: text } });
  const index = app.openLogs.get(selected ?? '');
  if (text === '' || selected === null || index === undefined) return;
  const search = new AbortController();
  searches.set(app, search);
  // A log of some hundred megabytes takes its time.
  const waits = setTimeout(() => set(app, { toast: `searching for '${text}' …` }), SLOW_MS);
  try {
    const from = log.cursor + direction;
    const found = await index.search(text, from, direction > 0 ? 'forward' : 'backward', search.signal);
    const [line] = found === null ? [] : await index.lines(found, 1);
    const info = current(get(app));
    if (search.signal.aborted || get(app).selected !== selected || info === null) return;
    if (line === undefined) return set(app, { toast: `'${text}' is not ${direction > 0 ? 'below' : 'above'}` });
    set(app, { toast: null });
    reveal(app, info, line.number);
    showPlace(app, info, line.text, text);
  } catch {
    // Another search began, or the log was closed.
  } finally {
    clearTimeout(waits);
  }
}

/** When a search takes longer, it is said. */
const SLOW_MS = 300;
