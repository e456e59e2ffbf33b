/** Typing a line of text: filters, searches, the palette. */
import { type App, get, set } from '../app.ts';
import { withoutLast } from '../line.ts';
import type { Typing } from '../overlay.ts';
import { overlayRows, pickOptions } from '../views/overlays.ts';
import { compareWith } from './env.ts';
import { rearrange } from './list.ts';
import { searchLog } from './log-search.ts';
import { addBind } from './plan.ts';
import { rescan } from './rescan.ts';
import { searchPane } from './shell.ts';

/** Begins to type. */
export function startTyping(app: App, purpose: Typing['purpose'], text = ''): void {
  set(app, { typing: { purpose, text } });
}

/** What was typed, or pasted, goes to the end of the line. Control characters in a paste are left out. */
export function typeText(app: App, text: string): void {
  const { typing } = get(app);
  if (typing === null) return;
  changeTyped(app, typing, typing.text + text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ''));
}

/** Takes the last character away; from an empty line it goes back. */
export function eraseTyped(app: App): void {
  const { typing } = get(app);
  if (typing === null) return;
  changeTyped(app, typing, withoutLast(typing.text));
}

/** Empties the line. */
export function clearTyped(app: App): void {
  const { typing } = get(app);
  if (typing !== null) changeTyped(app, typing, '');
}

function changeTyped(app: App, typing: Typing, text: string): void {
  set(app, { typing: { ...typing, text } });
  if (typing.purpose === 'filter') rearrange(app, { filter: text });
  if (typing.purpose === 'envFilter') set(app, { env: { ...get(app).env, filter: text, cursor: 0 } });
  const { overlay } = get(app);
  if (overlay?.kind === 'palette' || overlay?.kind === 'help' || overlay?.kind === 'pick')
    set(app, { overlay: { ...overlay, cursor: 0 } });
}

/** Enter: the line is done. */
export function acceptTyped(app: App): void {
  const { typing, overlay } = get(app);
  if (typing === null) return;
  set(app, { typing: null });
  if (overlay?.kind === 'palette') return runChosen(app, typing);
  if (overlay?.kind === 'pick') return choose(app, typing);
  if (overlay?.kind === 'help') return set(app, { overlay: { ...overlay, filter: typing.text } });
  if (typing.purpose === 'search') return void searchLog(app, 1, typing.text);
  if (typing.purpose === 'bind') return addBind(app, typing.text);
  if (typing.purpose === 'paneSearch') return searchPane(app, 'up', typing.text || undefined);
  if (typing.purpose === 'directory' && typing.text !== '') lookInto(app, typing.text);
}

function lookInto(app: App, directory: string): void {
  const place = app.core.addPlace(directory);
  if (!place.ok) return set(app, { overlay: { kind: 'failure', failure: place.failure } });
  set(app, { directories: [...get(app).directories, place.value], places: app.core.places() });
  void rescan(app);
}

function choose(app: App, typing: Typing): void {
  const { overlay } = get(app);
  if (overlay?.kind !== 'pick') return;
  const chosen = pickOptions({ ...get(app), typing }, overlay)[overlay.cursor];
  if (chosen === undefined) set(app, { overlay: null });
  else compareWith(app, chosen.id);
}

function runChosen(app: App, typing: Typing): void {
  const { overlay } = get(app);
  if (overlay?.kind !== 'palette') return;
  const chosen = overlayRows({ ...get(app), typing }, app.bindings)[overlay.cursor];
  set(app, { overlay: null });
  if (chosen !== undefined) app.runs[chosen.binding.id]?.(app);
}

/** Opens the palette: every action that can be done here, found by its name. */
export function openPalette(app: App): void {
  set(app, { overlay: { kind: 'palette', cursor: 0 }, typing: { purpose: 'palette', text: '' } });
}

/** Opens the help: the keys that work here. */
export function openHelp(app: App): void {
  set(app, { overlay: { kind: 'help', cursor: 0, filter: '' } });
}
