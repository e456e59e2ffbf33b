// The tiny store of the demo, in the user's cache: the packages of fixtures/demo/store, and bash and a few tools of this machine.
// Everything is copied, so nothing that is done inside can change the machine's own programs.
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBash, findTools, librariesOf } from './demo-programs.mjs';
import { root } from './setup.mjs';

export const FIXTURES = join(root, 'fixtures/demo');
const PATHS = JSON.parse(readFileSync(join(FIXTURES, 'store.json'), 'utf8'));
function copyProgram(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}

/** Libraries go to one directory, which is then bound wherever the loader looks for them; those of a store keep their place. */
function copyLibraries(programs, place) {
  const directories = new Set();
  for (const path of new Set(programs.flatMap(librariesOf))) {
    const inStore = path.startsWith('/nix/');
    // The same library may have been found by two names of its directory, /lib and /usr/lib.
    const to = inStore ? join(place, path) : join(place, 'lib', basename(path));
    if (!existsSync(to)) copyProgram(realpathSync(path), to);
    if (!inStore) directories.add(dirname(path));
  }
  return [...directories];
}

function copyPackages(place) {
  const store = join(place, 'nix/store');
  cpSync(join(FIXTURES, 'store'), store, { recursive: true });
  for (const entry of readdirSync(store, { recursive: true })) {
    const path = join(store, entry);
    if (!statSync(path).isFile()) continue;
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('#!@shell@\n', `#!${PATHS.bash}/bin/bash\n`));
    chmodSync(path, text.startsWith('#!') ? 0o755 : 0o644);
  }
  const lines = [`export SHELL=${PATHS.bash}/bin/bash`, `initialPath="${PATHS.tools} ${PATHS.bash}"`, 'dumpStyle=new'];
  const setup = join(place, PATHS.stdenv, 'setup');
  mkdirSync(dirname(setup));
  writeFileSync(setup, `${lines.join('\n')}\n${readFileSync(join(root, 'fixtures/nix/stdenv/setup.sh'), 'utf8')}`);
}

/** The build log, where Nix keeps it: the derivation's name, split after two characters. */
function copyLogs(place) {
  for (const name of readdirSync(join(FIXTURES, 'log'))) {
    const to = join(place, 'nix/var/log/nix/drvs', name.slice(0, 2), name.slice(2));
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(FIXTURES, 'log', name), to);
    // A log ends when its directory is kept; git remembers neither time.
    const { ctime } = statSync(join(FIXTURES, `nix-build-${name.slice(33)}-0`));
    utimesSync(to, ctime, ctime);
  }
}

function make(place, bash, tools) {
  copyPackages(place);
  copyLogs(place);
  copyProgram(bash, join(place, PATHS.bash, 'bin/bash'));
  symlinkSync('bash', join(place, PATHS.bash, 'bin/sh'));
  const bin = join(place, PATHS.tools, 'bin');
  if (tools.busybox === undefined) for (const [name, path] of tools.programs) copyProgram(path, join(bin, name));
  else copyProgram(tools.busybox, join(bin, 'busybox'));
  for (const name of tools.applets ?? [])
    if (!['sh', 'ash', 'bash', 'busybox'].includes(name)) symlinkSync('busybox', join(bin, name));
  return copyLibraries([bash, ...(tools.programs?.values() ?? [])], place);
}

/** `nix-build-shell/demo` below the user's cache; where that cannot be written, below a temporary directory, the same each time. */
function choosePlace() {
  const cache = process.env.XDG_CACHE_HOME ?? '';
  const above = join(cache.startsWith('/') ? cache : join(homedir(), '.cache'), 'nix-build-shell');
  const temporary = join(tmpdir(), `nix-build-shell-demo-${process.getuid()}`);
  if (writable(above)) return join(above, 'demo');
  // Others can write to the directory above: what they planted there is left alone.
  if (writable(temporary) && isOwn(temporary)) return join(temporary, 'demo');
  return join(mkdtempSync(`${temporary}-`), 'demo');
}

function writable(directory) {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isOwn(directory) {
  const stats = lstatSync(directory);
  return stats.isDirectory() && stats.uid === process.getuid() && (stats.mode & 0o022) === 0;
}

/** Tells whether a store that is there was made of the same files: their names, sizes and times. */
function stampOf(programs) {
  const fixtures = ['fixtures/demo', 'fixtures/nix/stdenv'].flatMap(top =>
    readdirSync(join(root, top), { recursive: true }).map(name => join(root, top, name)),
  );
  const files = [fileURLToPath(import.meta.url), ...programs, ...fixtures].map(path => {
    const { size, mtimeMs } = statSync(path);
    return [path, size, mtimeMs];
  });
  return JSON.stringify(files);
}

/**
 * Makes the store where it is not there yet, and lays out the recipe anew.
 * @returns where it is, the directories to bind for programs that are not static, and the bash that it has; null without bash 5
 */
export function demoStore() {
  const bash = findBash();
  if (bash === null) return null;
  const tools = findTools();
  const place = choosePlace();
  const stamp = stampOf([bash, tools.busybox, ...(tools.programs?.values() ?? [])].filter(path => path !== undefined));
  const record = join(place, 'made-of.json');
  let state = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : null;
  if (state?.stamp !== stamp) {
    const [made, old] = [`${place}.new-${process.pid}`, `${place}.old-${process.pid}`];
    mkdirSync(join(made, 'nix/store'), { recursive: true, mode: 0o755 });
    state = { stamp, libraries: make(made, bash, tools) };
    writeFileSync(join(made, 'made-of.json'), JSON.stringify(state));
    if (existsSync(place)) renameSync(place, old);
    renameSync(made, place);
    rmSync(old, { recursive: true, force: true });
  }
  cpSync(join(FIXTURES, 'recipe'), join(place, 'recipe'), { recursive: true });
  return { place, libraries: state.libraries, bash };
}
