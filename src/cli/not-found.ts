/** A command that is not in the sandbox but in the store: the user's own profile is not inside, and the store path that it leads to can be. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { EXIT } from '../base/failure.ts';
import { fromBytes, fsPath } from '../base/path.ts';
import { printable } from '../base/printable.ts';
import { envValue } from '../nix/env-vars.ts';
import { storeLayout } from '../nix/store-layout.ts';
import type { RunOptions } from './arguments.ts';
import type { Prepared } from './prepare.ts';
import { say } from './say.ts';

/** Says how to name CMD, where it was not found and what is meant can be told. To be called with the status that the run ended with. */
export function sayWhereItIs(
  { build, env }: Prepared,
  command: readonly string[],
  options: RunOptions,
  status: number,
): void {
  const [word = ''] = command;
  if (status !== EXIT.notFound || options.store !== null || env.source.kind !== 'file') return;
  const { store } = storeLayout(null, build.system);
  const found = word.includes('/') ? inStore(word, store) : onPath(word, store, envValue(env, 'PATH') ?? '');
  if (found !== null && found !== word)
    say(
      `${printable(word)} is not in the sandbox; outside it is ${printable(found)}: give that as CMD, and it is there`,
    );
}

/** The first of that name on the caller's PATH, where it is out of the store and the build's PATH has none. */
function onPath(word: string, store: string, inside: string): string | null {
  if (word === '' || inside.split(':').some(directory => isProgram(`${directory}/${word}`))) return null;
  const directories = (process.env['PATH'] ?? '').split(':').filter(directory => directory.startsWith('/'));
  const first = directories.find(directory => isProgram(`${directory}/${word}`));
  return first === undefined ? null : inStore(`${first}/${word}`, store);
}

function isProgram(path: string): boolean {
  try {
    accessSync(fsPath(path), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a path of the machine leads, if that is a program in the store. */
function inStore(path: string, store: string): string | null {
  try {
    const real = fromBytes(realpathSync.native(fsPath(path), 'buffer'));
    return real.startsWith(`${store}/`) && isProgram(real) ? real : null;
  } catch {
    return null;
  }
}
