/** The first and the last line of the screen. */

import type { Binding } from '../app.ts';
import { contextsOf, keysOf, shownKey } from '../binding.ts';
import type { KeyId } from '../keys.ts';
import { fitLine, foreign, type Line, lineText, type Span, span, width } from '../line.ts';
import { paneHasKeyboard } from '../pane-place.ts';
import { nameOf, type State, selectedBuild, TABS } from '../state.ts';
import { paneCount, paneList, paneStatus } from './shell.ts';

const TITLES = { dirs: 'Dirs', env: 'Env', plan: 'Plan', log: 'Log', shell: 'Shell' } as const;

/** The panels' names, the one that has the keyboard marked; and on the right what it is about. */
export function titleLine(state: State): Line {
  const { columns } = state.size;
  const tabs = TABS.flatMap((tab, at): Span[] => [
    span(` ${tab === state.tab ? '▸' : ' '}${at + 1} ${TITLES[tab]}`, tab === state.tab ? 'title' : 'dim'),
  ]);
  // What it is about says more than the program's own name.
  for (const right of about(state))
    for (const name of columns < 70 ? [''] : [' nix-build-shell ', '']) {
      const left: Line = [span(name, 'strong'), ...tabs];
      const room = columns - width(lineText(left)) - width(lineText(right)) - 1;
      if (room > 0) return [...left, span(' '.repeat(room)), ...right, span(' ')];
    }
  const room = columns - width(lineText(tabs)) - 2;
  if (room < LEAST_ABOUT) return fitLine(tabs, columns);
  return [...tabs, span('  '), ...fitLine(about(state).at(-1) ?? [], room)];
}

/** Less of a name tells nothing. */
const LEAST_ABOUT = 8;

/** The first of them for which there is room is shown. */
function about(state: State): readonly Line[] {
  if (state.tab === 'dirs') return [[span(`${count(state)} kept`, 'plain')]];
  if (state.tab === 'shell' && state.panes.length > 1) return [paneList(state), paneCount(state)];
  const build = selectedBuild(state);
  return [[foreign(build === null ? '' : nameOf(state, build), 'strong')]];
}

function count({ shown, builds, filter, marked }: State): string {
  const some = filter === '' ? `${builds.length}` : `${shown.length} of ${builds.length}`;
  return marked.size === 0 ? some : `${marked.size} marked, ${some}`;
}

/** What is typed, what was just done, or the keys that work here. */
export function hintLine(state: State, bindings: readonly Binding[]): Line {
  const { columns } = state.size;
  if (state.typing !== null && state.overlay === null)
    return fitLine(
      [span(` ${PROMPTS[state.typing.purpose]} `, 'accent'), foreign(state.typing.text), span('▏')],
      columns,
    );
  if (state.toast !== null) return fitLine([span(' '), foreign(state.toast, 'warning')], columns);
  const pane = paneStatus(state);
  const hints = paneHasKeyboard(state) && state.tab === 'shell' ? [] : hintsOf(state, bindings);
  return fitLine(withHints([span(' '), ...(pane ?? [])], hints, columns), columns);
}

/** As many of them as there is room for; the help has its place in any case. */
function withHints(start: Line, hints: readonly Hint[], columns: number): Line {
  const help = hints.find(({ id }) => id === 'help')?.line ?? [];
  const others = hints.filter(({ id }) => id !== 'help').map(({ line }) => line);
  const taken = (count: number): number => width(lineText([...start, ...others.slice(0, count).flat(), ...help]));
  let count = others.length;
  while (count > 0 && taken(count) > columns) count -= 1;
  // In its own place, where all before it are shown.
  const place = Math.min(
    count,
    Math.max(
      0,
      hints.findIndex(({ id }) => id === 'help'),
    ),
  );
  return [...start, ...others.slice(0, place).flat(), ...help, ...others.slice(place, count).flat()];
}

interface Hint {
  readonly id: string;
  readonly line: Line;
}

const PROMPTS = {
  filter: '/',
  envFilter: '/',
  search: '/',
  bind: 'bind HOST[:DEST]:',
  palette: ':',
  pick: '/',
  help: '/',
  directory: 'look into:',
  paneSearch: 'find:',
} as const;

/** What is of no use where the program of the pane has ended. */
const OF_RUNNING: ReadonlySet<string> = new Set(['paneFocus', 'paneAnother', 'menuAnother'] satisfies KeyId[]);

/** Of the keys for panes, the one that is of use where there is none. */
const FIRST_PANE = 'paneAnother' satisfies KeyId;

function hintsOf(state: State, bindings: readonly Binding[]): readonly Hint[] {
  // What is typed is no key, also over a list of keys.
  const contexts = state.typing === null ? contextsOf(state) : ['typing' as const];
  const ended = state.panes.some(({ id, ended }) => id === state.pane && ended !== null);
  const always =
    state.filter !== '' && state.tab === 'dirs' && state.overlay === null
      ? [{ id: 'filtered', line: filterHint(state) }]
      : [];
  const keys = bindings
    .filter(({ hint, when }) => hint !== undefined && when.some(context => contexts.includes(context)))
    .filter(({ id }) => !ended || !OF_RUNNING.has(id))
    .filter(({ id, when }) => state.panes.length > 0 || when.some(context => context !== 'shell') || id === FIRST_PANE)
    .map((binding): Hint => {
      const key = keysOf(binding, state.keys)[0] ?? '';
      return { id: binding.id, line: [span(shownKey(key), 'strong'), span(` ${binding.hint}  `, 'dim')] };
    });
  return [...always, ...keys];
}

function filterHint({ filter, sort }: State): Line {
  const order = sort === 'age' ? 'best match first; ' : '';
  return [span('filter: ', 'accent'), foreign(filter), span(` (${order}Esc clears)  `, 'dim')];
}
