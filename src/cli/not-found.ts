/** A command that is not in the sandbox but in the store: the user's own profile is not inside, and the store path that it leads to can be. */
import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { EXIT, type Failure } from '../base/failure.ts';
import { fromBytes, fsPath } from '../base/path.ts';
import { isProgram, lookAt } from '../nix/read-regular.ts';
import { storeLayout } from '../nix/store-layout.ts';
import type { RunRequest } from './arguments.ts';
import type { Prepared } from './prepare.ts';

/** The failure of a command that is not inside, with how to name it, where what is meant can be told. */
export function withPlace(failure: Failure, { build }: Prepared, { command, options }: RunRequest): Failure {
  const [word = ''] = command;
  if (failure.status !== EXIT.notFound || options.store !== null) return failure;
  const { store } = storeLayout(null, build.system);
  const found = word.includes('/') ? inStore(word, store) : onPath(word, store);
  return found === null || found === word
    ? failure
    : { ...failure, hint: `outside it is ${found}: give that as CMD, and it is there` };
}

/** The first of that name on the caller's PATH, where it is out of the store. */
function onPath(word: string, store: string): string | null {
  if (word === '') return null;
  const directories = (process.env['PATH'] ?? '').split(':').filter(directory => directory.startsWith('/'));
  const first = directories.find(directory => isProgram(`${directory}/${word}`));
  return first === undefined ? null : inStore(`${first}/${word}`, store);
}

const MOST_LINKS = 40;

/**
 * Where a program's path leads in the store, if it does. In the store only by links of the same name: a program that is many (coreutils, busybox)
 * goes by that which it was called by.
 */
function inStore(path: string, store: string): string | null {
  const name = basename(path);
  try {
    let real = directed(path);
    for (let count = 0; count < MOST_LINKS && lookAt(real).stats?.isSymbolicLink() === true; count += 1) {
      const target = fromBytes(readlinkSync(fsPath(real), 'buffer'));
      if (real.startsWith(`${store}/`) && basename(target) !== name) break;
      real = directed(target.startsWith('/') ? target : `${dirname(real)}/${target}`);
    }
    return real.startsWith(`${store}/`) && isProgram(real) ? real : null;
  } catch {
    return null;
  }
}

/** The path without links in its directory. */
function directed(path: string): string {
  return `${fromBytes(realpathSync.native(fsPath(dirname(path)), 'buffer'))}/${basename(path)}`;
}
