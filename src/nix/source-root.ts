/** Where a build worked, where no env-vars tells it: a guess (nix-sandbox.md, section 3.3). */

import { attribute, type Derivation } from './derivation.ts';
import { nameInStore } from './drv-name.ts';
import { child } from './layout.ts';
import { lookAt } from './read-regular.ts';
import { names } from './signs.ts';

/**
 * The directory, relative to the content, that `unpackPhase` made and the later phases began in; null where the build most likely
 * stayed at the top: no stdenv, a `buildCommand`, nothing unpacked, or more than one directory that could be it.
 */
export function sourceRoot(derivation: Derivation, content: string): string | null {
  const of = (name: string): string => attribute(derivation, name) ?? '';
  if (of('stdenv') === '' || of('buildCommand') !== '' || of('buildCommandPath') !== '') return null;
  const isDirectory = (name: string): boolean => lookAt(child(content, name)).stats?.isDirectory() === true;
  const fromSource = `${of('src')} ${of('srcs')}`.split(/\s+/).flatMap(unpackedNames);
  for (const guess of [withoutDots(of('sourceRoot')), ...fromSource])
    if (isPlain(guess) && isDirectory(guess)) return guess;
  const directories = (names(content) ?? []).filter(name => !name.startsWith('.') && isDirectory(name));
  const [only] = directories;
  return only !== undefined && directories.length === 1 && isPlain(only) ? only : null;
}

/** `./source/lib/` → `source/lib` */
function withoutDots(path: string): string {
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  return parts.join('/');
}

/** The names under which stdenv may unpack a source: its name in the store, without what tells its form. */
function unpackedNames(source: string): readonly string[] {
  const name = nameInStore(source);
  if (name === null) return [];
  const bare = name.replace(/\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|zip)$/i, '');
  return bare === name ? [name] : [bare];
}

function isPlain(path: string): boolean {
  return path !== '' && !path.includes('\0') && path.split('/').every(part => !['', '.', '..'].includes(part));
}
