/** What a machine without kept builds is told: how one is made, and where the demo is. */
import { shellWord } from '../../base/printable.ts';
import { foreign, type Line, span } from '../line.ts';
import type { State } from '../state.ts';

/** The command that `y` copies. */
export const KEEP_COMMAND = 'nix-build -A PACKAGE --keep-failed';
/** The bundled example. */
export const DEMO_COMMAND = 'npm run demo';

/** The lines of an empty list. */
export function emptyMachine(state: State, cells: number): readonly Line[] {
  const places = state.places.map(shellWord).join(', ');
  return [
    [],
    [span('  No kept build directories were found.', 'strong')],
    [],
    [span('  A failing build leaves one when it runs with --keep-failed (-K):')],
    [],
    [span(`    ${KEEP_COMMAND}`, 'accent')],
    [span('    nix build .#PACKAGE --keep-failed', 'accent')],
    [],
    [span('  It appears here by itself.  y copies the first command.')],
    [span('  o opens another directory that holds kept builds.')],
    [],
    [span('  To try it without Nix, in the directory of this program:'), span(`  ${DEMO_COMMAND}`, 'accent')],
    [],
    [foreign(cells < 60 ? '' : `  Looked in: ${places}`, 'dim')],
  ];
}
