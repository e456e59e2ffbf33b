/** The shell's panel where no pane lies on it, and what its line of state says. The pane's cells are drawn by the terminal. */
import { printable } from '../../base/printable.ts';
import { shownKey } from '../binding.ts';
import { fit, foreign, type Line, lineText, type Span, span, width } from '../line.ts';
import { asciiOnly } from '../look.ts';
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
  return paneHasKeyboard(state) ? withWayOut(state, pane, name) : [name, reading];
}

/** However long title and command are, the way out stays in view. */
function withWayOut({ size, reservedKey }: State, pane: PaneInfo, name: Span): readonly Span[] {
  const way = [span(shownKey(reservedKey), 'strong'), span(' menu', 'dim')];
  const room = (others: readonly Span[]): number => size.columns - 4 - width(lineText([...others, ...way]));
  const cut = (text: string, cells: number): string => (cells < 1 ? '' : fit(text, Math.min(cells, width(text))));
  const about = foreign(
    `  ${cut(pane.first ? '/build is the working copy' : printable(pane.command), room([name]))}  `,
    'dim',
  );
  const title = pane.title === '' ? '' : cut(` ${pane.title}`, room([name, about]));
  return [name, foreign(title, 'dim'), about, ...way];
}

/** What the terminal's window is called: the program that is shown by its name, and by what it calls itself. */
export function windowTitle(state: State): string {
  const pane = state.tab === 'shell' ? shownPane(state) : undefined;
  const words = pane === undefined ? ['nix-build-shell'] : [pane.name, ...(pane.title === '' ? [] : [pane.title])];
  const text = words.join(': ');
  return state.look.ascii ? asciiOnly(text) : text;
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
