/** The shell's panel where no pane lies on it, and what its line of state says. The pane's cells are drawn by the terminal. */
import { shownKey } from '../binding.ts';
import { foreign, type Line, type Span, span } from '../line.ts';
import { paneHasKeyboard } from '../pane-place.ts';
import type { PaneInfo, State } from '../state.ts';

function shownPane(state: State): PaneInfo | undefined {
  return state.panes.find(({ id }) => id === state.pane);
}

/** What is shown where no shell is open. */
export function shellLines(state: State, cells: number): readonly Line[] {
  const pane = shownPane(state);
  if (pane === undefined) return [[], [span('  No shell is open.  Enter on a build, or s, opens one.', 'dim')]];
  return [[foreign(` $ ${pane.command}`.slice(0, cells), 'dim')]];
}

/** What the last line says of the pane, before the keys; null where the panel is not shown. */
export function paneStatus(state: State): readonly Span[] | null {
  const pane = state.tab === 'shell' ? shownPane(state) : undefined;
  if (pane === undefined || state.paneMenu) return null;
  const which = state.panes.length < 2 ? '' : ` ${state.panes.indexOf(pane) + 1}/${state.panes.length}`;
  const name = foreign(`${pane.name}${which}`, 'strong');
  const reading = span(`${readingOf(pane)}  `, 'dim');
  if (pane.ended !== null) return [name, span(` ${pane.ended}`, 'warning'), reading];
  const title = pane.title === '' ? '' : ` ${pane.title}`;
  if (paneHasKeyboard(state))
    return [
      name,
      foreign(title, 'dim'),
      pane.first ? span('  /build is a copy  ', 'dim') : foreign(`  ${pane.command}  `, 'dim'),
      span(shownKey(state.reservedKey), 'strong'),
      span(' menu', 'dim'),
    ];
  return [name, reading];
}

/** The panes by their numbers, those of one sandbox behind its name: `wttr 1 ▸2  hello 3`. */
export function paneList({ panes, pane: shown }: State): Line {
  return panes.flatMap(({ id, name, sandbox, ended }, at): Line => {
    const number = `${at + 1}`;
    const marked = id === shown ? span(` ▸${number}`, 'title') : span(` ${number}`, ended === null ? 'plain' : 'dim');
    return panes[at - 1]?.sandbox === sandbox ? [marked] : [foreign(`${at === 0 ? '' : '  '}${name}`), marked];
  });
}

/** Which of them is shown, where there is no room for a list. */
export function paneCount({ panes, pane: shown }: State): Line {
  return [span(`▸${panes.findIndex(({ id }) => id === shown) + 1}`, 'title'), span(` of ${panes.length}`)];
}

function readingOf({ selected, scrolledBack }: PaneInfo): string {
  if (selected > 0) return `  ${selected} selected`;
  return scrolledBack ? '  (scrolled back)' : '';
}
