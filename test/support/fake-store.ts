/**
 * A store without Nix: the very paths that the recorded kept directories name, filled with this machine's static bash and
 * busybox and with the recorded derivations and sources. For `--store ROOT`.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { parseDerivation } from '../../src/nix/parse-derivation.ts';
import { logOf } from './arrange.ts';
import type { Kept } from './kept.ts';
import { type MadePath, makeClosedDatabase } from './made-database.ts';
import { RECORDINGS } from './recorded.ts';

const BASH = '/bin/bash-static';
const BUSYBOX = '/bin/busybox';

/** fixtures/kept/store.json: which store paths are programs of the machine. */
interface Programs {
  readonly bash: string;
  readonly busybox: string;
  /** The bare files that the first two were made of. */
  readonly bashFile: string;
  readonly busyboxFile: string;
}

export interface FakeStore {
  /** For `--store`. */
  readonly root: string;
  /** `/nix/store/…-bash-static`, with bin/bash and bin/sh. */
  readonly bash: string;
  /** `/nix/store/…-busybox-static`, with an applet each in bin. */
  readonly busybox: string;
}

function programs(): Programs {
  return JSON.parse(readFileSync(join(RECORDINGS, 'store.json'), 'utf8')) as Programs;
}

/**
 * Makes `directory/nix/store` with all that the fixtures name. As root it looks like a real store (0555 and 0444, owned by
 * root); otherwise directories stay writable for us, so that they can be removed again.
 * @param lost store paths that its database does not know
 */
export function fakeStore(directory: string, lost: RegExp = /^$/): FakeStore {
  const paths = programs();
  const store = join(directory, 'nix/store');
  mkdirSync(store, { recursive: true });
  cpSync(join(RECORDINGS, 'store'), store, { recursive: true });
  copyFileSync(BASH, join(directory, paths.bashFile));
  copyFileSync(BUSYBOX, join(directory, paths.busyboxFile));
  const bash = join(directory, paths.bash, 'bin');
  mkdirSync(bash, { recursive: true });
  copyFileSync(BASH, join(bash, 'bash'));
  symlinkSync('bash', join(bash, 'sh'));
  makeBusybox(join(directory, paths.busybox, 'bin'));
  const logs = join(directory, 'nix/var/log/nix/drvs');
  mkdirSync(logs, { recursive: true });
  cpSync(join(RECORDINGS, 'log'), logs, { recursive: true });
  makeClosedDatabase(join(directory, 'nix/var/nix'), registered(directory, paths, lost));
  execFileSync('chmod', ['-R', 'a+rX,a-w', store]);
  if (process.getuid?.() !== 0) execFileSync('find', [store, '-type', 'd', '-exec', 'chmod', 'u+w', '{}', '+']);
  for (const path of [paths.bashFile, paths.busyboxFile]) chmodSync(join(directory, path), 0o555);
  chmodSync(store, 0o1775);
  return { root: directory, bash: paths.bash, busybox: paths.busybox };
}

/** What Nix' database would know of it: each path's references, found as Nix finds them, by the names in its files. */
function registered(directory: string, programs: Programs, lost: RegExp): MadePath[] {
  const store = join(directory, 'nix/store');
  const names = readdirSync(store).filter(name => !lost.test(name));
  return names.map(name => {
    const path = `/nix/store/${name}`;
    const isProgram = Object.values(programs).includes(path);
    const references = isProgram
      ? []
      : names.filter(other => textsBelow(join(store, name)).some(text => text.includes(other)));
    if (!name.endsWith('.drv')) return { path, references: references.map(other => `/nix/store/${other}`) };
    const outputs = parseDerivation(readFileSync(join(store, name)), path).derivation?.outputs ?? [];
    return {
      path,
      references: references.map(other => `/nix/store/${other}`),
      outputs: Object.fromEntries(outputs.map(output => [output.name, output.path])),
    };
  });
}

function textsBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [readFileSync(path, 'latin1')];
  return readdirSync(path).flatMap(name => textsBelow(join(path, name)));
}

function makeBusybox(bin: string): void {
  mkdirSync(bin, { recursive: true });
  copyFileSync(BUSYBOX, join(bin, 'busybox'));
  const applets = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).split('\n');
  for (const applet of applets)
    if (!['', 'sh', 'ash', 'bash', 'busybox'].includes(applet)) symlinkSync('busybox', join(bin, applet));
}

/** Writes fixtures/kept/store, store.json and log from the machine's real store: what the given builds are made of. */
export function recordStore(builds: readonly Kept[]): void {
  const store = join(RECORDINGS, 'store');
  const log = join(RECORDINGS, 'log');
  for (const directory of [store, log]) rmSync(directory, { recursive: true, force: true });
  mkdirSync(store);
  const closure = execFileSync('nix-store', ['-qR', '--include-outputs', ...builds.map(kept => kept.drv)], {
    encoding: 'utf8',
    env: { ...process.env, NIX_REMOTE: 'daemon' },
  });
  const found: Record<string, string> = {};
  const names = { 'bash-static': 'bash', 'busybox-static': 'busybox', bash: 'bashFile', busybox: 'busyboxFile' };
  for (const path of closure.split('\n').filter(line => line !== '')) {
    const key = Object.entries(names).find(([name]) => basename(path).slice(33) === name)?.[1];
    if (key === undefined) cpSync(path, join(store, basename(path)), { recursive: true });
    else found[key] = path;
  }
  execFileSync('chmod', ['-R', 'u+w', store]);
  writeFileSync(join(RECORDINGS, 'store.json'), `${JSON.stringify(found, null, 2)}\n`);
  for (const kept of builds) {
    const from = logOf(kept);
    const to = join(log, from.split('/').slice(-2).join('/'));
    mkdirSync(join(to, '..'), { recursive: true });
    if (existsSync(from)) copyFileSync(from, to);
  }
}

/** The recorded store paths, as names. */
export function recordedStorePaths(): string[] {
  return readdirSync(join(RECORDINGS, 'store'));
}
