// The programs of this machine that the demo's store is made of, static ones before others.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a newcomer types, where there is no busybox. */
const TOOLS = [
  ...'basename cat chmod cp cut date diff dirname env expr find grep head id ln ls mkdir mv patch printf pwd readlink rm rmdir'.split(
    ' ',
  ),
  ...'sed sleep sort stat tail tee touch tr true uname uniq wc which xargs vi nano less'.split(' '),
];

/** The program of PATH or /usr/bin that is called `name`, without links; null where there is none that can be executed. */
function find(name) {
  const places = [...(process.env.PATH ?? '').split(':').filter(dir => dir.startsWith('/')), '/usr/bin', '/bin'];
  return places.map(dir => program(join(dir, name))).find(path => path !== null) ?? null;
}

function program(path) {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return statSync(path).isFile() ? realpathSync(path) : null;
  } catch {
    return null;
  }
}

/** The loader that an ELF file names (PT_INTERP, elf(5)); null for a static one, and for a script. */
function loaderOf(path) {
  const found = /\/[\x21-\x7e]*\/ld[\x21-\x7e]*\.so[\x21-\x7e]*(?=\0)/.exec(
    readFileSync(path).subarray(0, 4096).toString('latin1'),
  );
  return found === null ? null : found[0];
}

/** The loader of a program and the libraries that it would load, by `ld.so --list` (ld.so(8)). */
export function librariesOf(path) {
  const loader = loaderOf(path);
  if (loader === null) return [];
  const { stdout } = spawnSync(loader, ['--list', path], { encoding: 'utf8', timeout: 5000 });
  return [loader, ...[...(stdout ?? '').matchAll(/ => (\/\S+) \(/g)].map(match => match[1])];
}

/** bash 5 or newer, which the stdenv of the demo needs; a static one before others. */
export function findBash() {
  for (const path of [program('/bin/bash-static'), find('bash')]) {
    if (path === null) continue;
    const { stdout } = spawnSync(path, ['-c', 'echo "${BASH_VERSINFO[0]}"'], { encoding: 'utf8' });
    if (Number(stdout) >= 5) return path;
  }
  return null;
}

/** A busybox that has what the demo uses; a dynamic one brings its libraries as other programs do. */
export function findTools() {
  const busybox = find('busybox');
  if (busybox !== null && loaderOf(busybox) === null) {
    const { stdout } = spawnSync(busybox, ['--list'], { encoding: 'utf8' });
    const applets = (stdout ?? '').split('\n').filter(name => /^[\w[-]+$/.test(name));
    if (['ls', 'cp', 'sed', 'diff', 'mkdir'].every(name => applets.includes(name))) return { busybox, applets };
  }
  const found = TOOLS.map(name => [name, find(name)]).filter(([, path]) => path !== null && path !== busybox);
  return { programs: new Map(found) };
}
