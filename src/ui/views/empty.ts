/** What a machine without kept builds is told: how one is made, and the demo. */
import { printable, shellWord } from '../../base/printable.ts';
import type { Binding } from '../app.ts';
import { keysOf, shownKey } from '../binding.ts';
import { KEYS, type KeyId } from '../keys.ts';
import { type Line, type Style, span, wordChunks } from '../line.ts';
import type { State } from '../state.ts';

/** The command that `y` copies. */
export const KEEP_COMMAND = 'nix-build -A PACKAGE --keep-failed';

/** The lines of an empty list. */
export function emptyMachine(state: State, cells: number): readonly Line[] {
  const [copy, open] = [keyOf(state, 'copyHow'), keyOf(state, 'openDirectory')];
  return [
    [],
    [span('  No kept build directories were found.', 'strong')],
    [],
    [span('  A failing build leaves one when it runs with --keep-failed (-K):')],
    [],
    [span(`    ${KEEP_COMMAND}`, 'accent')],
    [span('    nix build .#PACKAGE --keep-failed', 'accent')],
    [],
    [span(`  It appears here by itself.  ${copy} copies the first command.`)],
    [span(`  ${open} opens another directory that holds kept builds.`)],
    [],
    ...demoLines(state, cells),
    [],
    ...wrapped(`Looked in: ${state.places.map(shellWord).join(', ')}`, cells, 2, 'dim'),
  ];
}

/** The command in full: it is what the key runs. */
function demoLines(state: State, cells: number): readonly Line[] {
  const key = keyOf(state, 'demo');
  if (!state.demo.ok) return [[span(`  This copy of the program has no demo.  ${key} says what is missing.`)]];
  return [
    [span(`  ${key} enters a failed build that comes with the program, without Nix:`)],
    [],
    ...wrapped(state.demo.value.shown, cells, 4, 'accent'),
  ];
}

function wrapped(text: string, cells: number, indent: number, style: Style): readonly Line[] {
  const lines = wordChunks(printable(text), Math.max(10, cells - indent - 1));
  return lines.map(line => [span(' '.repeat(indent) + line, style)]);
}

function keyOf({ keys }: State, id: KeyId): string {
  const bindings: readonly Binding[] = KEYS;
  return (
    bindings.filter(binding => binding.id === id).map(binding => shownKey(keysOf(binding, keys)[0] ?? ''))[0] ?? ''
  );
}
