/** Reading what a pane's program has printed: search, selecting lines, copying them. */
import { type App, get, set } from '../app.ts';
import type { Panes } from '../panes.ts';

type Direction = Parameters<Panes['search']>[1];

/** Goes to the next place with the text; says where the search went around an end, or finds nothing. @param text default: the last one */
export function searchPane(app: App, direction: Direction, text = get(app).paneSearch): void {
  if (text === '') return set(app, { toast: 'nothing was searched for yet' });
  set(app, { paneSearch: text });
  const toast = {
    found: null,
    wrapped: direction === 'up' ? 'nothing further up: from the end again' : 'nothing further down: from the top again',
    nowhere: `'${text}' is nowhere in what it printed`,
  }[app.panes.search(text, direction)];
  set(app, { toast });
}

/** Copies the selected lines, and ends the selection; where none are, all that was printed. */
export function copyPane(app: App): void {
  const { panes, pane } = get(app);
  const selected = panes.find(({ id }) => id === pane)?.selected ?? 0;
  app.copy(app.panes.text());
  if (selected > 0) app.panes.unmark();
}
