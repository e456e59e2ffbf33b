/** What the UI does, as one would type it. */
import { shellWord } from '../base/printable.ts';
import { type Choices, choicesOf, NO_CHOICES, type State, type Tab } from './state.ts';

/** The options that stand before DIR. @param store `--store ROOT`, or null */
export function optionWords(store: string | null, { net, binds, without }: Choices): readonly string[] {
  return [
    ...(store === null ? [] : ['--store', store]),
    ...(net ? ['--net'] : []),
    ...binds.flatMap(bind => ['--bind', bind]),
    ...without.flatMap(name => ['--without', name]),
  ];
}

/** The whole line, as words that a shell reads: options stand before DIR, and behind the name of a subcommand. */
export function commandLine(
  { store }: { readonly store: string | null },
  words: readonly string[],
  directory: string,
  choices: Choices,
): string {
  return ['nix-build-shell', ...words, ...optionWords(store, choices), directory].map(shellWord).join(' ');
}

/** What the panel shows, as a command: `nix-build-shell log DIR`; null where no build is selected. */
export function panelCommand(state: State, panel: Tab = state.tab): string | null {
  const { store, selected, directories } = state;
  if (panel === 'dirs') {
    const words = ['nix-build-shell', 'list', ...optionWords(store, NO_CHOICES), ...directories];
    return words.map(shellWord).join(' ');
  }
  const pane = panel === 'shell' ? state.panes.find(({ id }) => id === state.pane) : undefined;
  if (pane !== undefined) return pane.command;
  if (selected === null) return null;
  const choices = panel === 'plan' || panel === 'shell' ? choicesOf(state, selected) : NO_CHOICES;
  return commandLine(state, panel === 'shell' ? [] : [panel], selected, choices);
}
