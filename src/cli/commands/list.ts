/** `list`: the kept builds of this machine, newest first. */
import { listKeptBuilds } from '../../nix/locations.ts';
import { listText } from '../../report/builds.ts';
import { json } from '../../report/text.ts';
import { print } from '../say.ts';

const HOW = `No kept build directories were found. One is made by a build that fails under
--keep-failed (-K):

  nix-build --keep-failed …        nix build --keep-failed …

and 'npm run demo' in this program's directory shows a bundled one.
`;

const HINT = `
Enter one with: nix-build-shell DIRECTORY          one command: nix-build-shell DIRECTORY CMD…
`;

/** Prints the list. @returns the exit status */
export async function list({
  json: asJson,
  store,
  more,
}: {
  readonly json: boolean;
  readonly store: string | null;
  readonly more: readonly string[];
}): Promise<number> {
  const builds = await listKeptBuilds({ environment: process.env, storeRoot: store, extra: more });
  if (asJson) return print(json(builds));
  return builds.length === 0 ? print(HOW) : print(listText(builds, Date.now()));
}

/** No arguments, on a terminal: the list and how to go on. @returns the exit status */
export async function listForNewcomers(): Promise<number> {
  const builds = await listKeptBuilds({ environment: process.env, storeRoot: null, extra: [] });
  return builds.length === 0 ? print(HOW) : print(listText(builds, Date.now()) + HINT);
}
