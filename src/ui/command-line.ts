/** What the UI does, as one would type it. */
import { shellWord } from '../base/printable.ts';
import type { Choices } from './state.ts';

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
