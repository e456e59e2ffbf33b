/** Whether the build of a directory may still be running (nix-sandbox.md, section 1.2, last sentence). */
import type { Stats } from 'node:fs';
import type { Shape } from './layout.ts';
import { lookAt } from './read-regular.ts';

/**
 * Sentences on the top directory's mode. Nix makes it 0700 (Lix 0710 or 0750) and opens it to 0755 when it keeps it, so a
 * closed one is of a running build, of a killed Nix, or of one of the versions that kept it closed (nix PR 11473).
 * Directories whose name no package manager gave are a person's: their mode tells nothing.
 */
export function liveProblems(outer: Stats, shape: Shape | null): readonly string[] {
  const mode = outer.mode & 0o777;
  if (shape === null || (mode & 0o005) === 0o005) return [];
  const shown = `the top directory is 0${mode.toString(8)}`;
  if (shape.pid !== null && lookAt(`/proc/${shape.pid}`).stats !== null)
    return [`${shown} and process ${shape.pid}, which made it, runs: the build is probably still running`];
  if (mode === 0)
    return [`${shown}: Nix closes it so for the moment in which it gives the directory up, or was stopped there`];
  return [
    `${shown}: a build may still be running, Nix itself may have been killed, or an old Nix kept it unreadable (nix PR 11473)`,
  ];
}
