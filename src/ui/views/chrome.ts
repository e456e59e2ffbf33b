/** The first and the last line of the screen. */

import type { Binding } from '../app.ts';
import { contextsOf, keysOf, shownKey } from '../binding.ts';
import { fitLine, foreign, type Line, lineText, type Span, span, width } from '../line.ts';
import { paneHasKeyboard } from '../pane-place.ts';
import { nameOf, type State, selectedBuild, TABS } from '../state.ts';
import { paneStatus } from './shell.ts';

const TITLES = { dirs: 'Dirs', env: 'Env', plan: 'Plan', log: 'Log', shell: 'Shell' } as const;

/** The panels' names, the one that has the keyboard marked; and on the right what it is about. */
export function titleLine(state: State): Line {
  const { columns } = state.size;
  const tabs = TABS.flatMap((tab, at): Span[] => [
    span(` ${tab === state.tab ? '▸' : ' '}${at + 1} ${TITLES[tab]}`, tab === state.tab ? 'title' : 'dim'),
  ]);
  const left: Line = [span(columns < 70 ? '' : ' nix-build-shell ', 'strong'), ...tabs];
  const right = about(state);
  const room = columns - width(lineText(left)) - width(right.text) - 1;
  return room < 1 ? fitLine(left, columns) : [...left, span(' '.repeat(room)), right, span(' ')];
}

function about(state: State): Span {
  if (state.tab === 'dirs') return span(`${count(state)} kept`, 'plain');
  const build = selectedBuild(state);
  return foreign(build === null ? '' : nameOf(state, build), 'strong');
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
  let line: readonly Span[] = [span(' '), ...(pane ?? [])];
  for (const hint of hints) {
    if (width(lineText([...line, ...hint])) > columns) break;
    line = [...line, ...hint];
  }
  return fitLine(line, columns);
}

const PROMPTS = {
  filter: '/',
  envFilter: '/',
  search: '/',
  bind: 'bind HOST[:DEST]:',
  palette: ':',
  help: '/',
  directory: 'look into:',
  paneSearch: 'find:',
} as const;

function hintsOf(state: State, bindings: readonly Binding[]): readonly Line[] {
  const contexts = contextsOf(state);
  const always = state.filter !== '' && state.tab === 'dirs' && state.overlay === null ? [filterHint(state)] : [];
  const keys = bindings
    .filter(({ hint, when }) => hint !== undefined && when.some(context => contexts.includes(context)))
    .map((binding): Line => {
      const key = keysOf(binding, state.keys)[0] ?? '';
      return [span(shownKey(key), 'strong'), span(` ${binding.hint}  `, 'dim')];
    });
  return [...always, ...keys];
}

function filterHint({ filter }: State): Line {
  return [span('filter: ', 'accent'), foreign(filter), span(' (Esc clears)  ', 'dim')];
}
