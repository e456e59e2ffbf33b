/** The shown pane: closing it, starting it again, and reading what its program has printed. */
import { type App, get, set } from '../app.ts';
import type { Panes } from '../panes.ts';
import { othersToEnd } from '../state.ts';

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

/** Closes the shown pane; where other shells would end with it, it asks. */
export function closePane(app: App): void {
  if (othersToEnd(get(app)) > 0) set(app, { overlay: { kind: 'endOthers', by: 'close' } });
  else app.panes.close();
}

/** Starts the shown pane's command again; where other shells would end by it, it asks. */
export function restartPane(app: App): void {
  if (othersToEnd(get(app)) > 0) set(app, { overlay: { kind: 'endOthers', by: 'restart' } });
  else app.panes.restart();
}

/** The answer is yes. */
export function confirmEnd(app: App): void {
  const { overlay } = get(app);
  if (overlay?.kind !== 'endOthers') return;
  set(app, { overlay: null });
  app.panes[overlay.by]();
}
