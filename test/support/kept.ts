/**
 * Kept build directories made by the real Nix of this machine: `fixtures/nix` built under --keep-failed.
 *
 * A kind is built once per test run and shared by all test files, so nobody may change it: `arrange` makes copies.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordinaryUser } from './need.ts';
import { PATIENCE_MS } from './patience.ts';
import { asUser, environmentFor, PROJECT } from './program.ts';
import { runDirectory, whenRunEnds } from './run-directory.ts';

/** The failing derivations of fixtures/nix/default.nix; what each shows is said there. */
export type Kind =
  | 'plain-new'
  | 'plain-old'
  | 'fixed-output'
  | 'structured-attrs'
  | 'multiple-outputs'
  | 'outputs-left'
  | 'tricky'
  | 'tricky-new'
  | 'raw'
  | 'odd-files'
  | 'oracle.plain'
  | 'oracle.fixed-output'
  | 'oracle.structured-attrs'
  | 'oracle.multiple-outputs'
  | 'oracle.calls.plain'
  | 'oracle.calls.fixed-output';

/**
 * Who builds: `daemon`: build users own what is kept (multi-user Nix); `root`: root without build users;
 * `user`: the ordinary user in a store of their own (`store` is its root, for `--store`).
 */
export type Builder = 'daemon' | 'root' | 'user';

export interface Kept {
  /** The directory that Nix named: `/tmp/nix-build-plain-1.0.drv-0`. */
  readonly path: string;
  /** `plain-1.0`. */
  readonly name: string;
  /** `/nix/store/…-plain-1.0.drv`. */
  readonly drv: string;
  /** The root of the store that it was built in; `/` is the machine's. */
  readonly store: string;
  /** What Nix printed: the build log among it. */
  readonly printed: string;
}

export interface NixRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const STORES = { daemon: '/', root: '/' } as const;
const storeOf = (builder: Builder): string =>
  builder === 'user' ? join(runDirectory(), 'user-store') : STORES[builder];

/** Untrusted clients of a daemon may not ask for a sandbox: there the daemon's own settings hold. */
function settings(builder: Builder): string[] {
  const given: [string, string][] = [['substituters', '']];
  if (builder === 'user' || process.getuid?.() === 0)
    given.push(['sandbox', 'true'], ['sandbox-fallback', 'false'], ['sandbox-paths', '/bin/sh=/bin/busybox']);
  if (builder === 'root') given.push(['build-users-group', '']);
  return given.flatMap(([name, value]) => ['--option', name, value]);
}

/** `nix-build fixtures/nix ARGS…` by the given builder. */
export function nixBuild(args: readonly string[], builder: Builder = 'daemon'): NixRun {
  const user = builder === 'user' ? ordinaryUser() : null;
  if (builder === 'user' && user === null) throw new Error('there is no ordinary user');
  const store = storeOf(builder);
  const env: Record<string, string> = builder === 'daemon' ? { NIX_REMOTE: 'daemon' } : { NIX_REMOTE: '' };
  const command = ['nix-build', expressions(), '--no-out-link', ...settings(builder), ...args];
  if (store !== '/') {
    makeFor(store, user?.uid ?? 0, user?.gid ?? 0);
    command.push('--store', store);
    env['TMPDIR'] = join(store, 'tmp');
  }
  const [file = '', ...rest] = asUser(user, command);
  const result = spawnSync(file, rest, {
    cwd: '/',
    env: environmentFor(user, env),
    encoding: 'utf8',
    timeout: 10 * PATIENCE_MS,
  });
  if (result.error !== undefined) throw result.error;
  return result;
}

/** The directory of the expressions, and the probe that they build with, where every builder can read them. */
export function expressions(): string {
  const copy = join(runDirectory(), 'expressions');
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    copyExpressions(unfinished);
    rename(unfinished, copy);
  }
  return join(copy, 'fixtures/nix');
}

/** Copies fixtures/nix, and the probe that it names, to `to`, for everybody to read. */
export function copyExpressions(to: string): void {
  for (const directory of ['fixtures', 'test/oracle']) mkdirSync(join(to, directory), { recursive: true });
  cpSync(join(PROJECT, 'fixtures/nix'), join(to, 'fixtures/nix'), { recursive: true });
  cpSync(join(PROJECT, 'test/oracle/probe.sh'), join(to, 'test/oracle/probe.sh'));
  spawnSync('chmod', ['-R', 'a+rX', to]);
}

/** Another test file of the run may be first: then its result is ours, too. */
function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(from, { recursive: true });
  }
}

function makeFor(store: string, uid: number, gid: number): void {
  mkdirSync(join(store, 'tmp'), { recursive: true });
  if (process.getuid?.() === 0) spawnSync('chown', [`${uid}:${gid}`, store, join(store, 'tmp')]);
}

// Colours, and the three kinds of quotes that Nix used (nix-sandbox: section 1.1).
const KEEPING = /keeping build directory (?:['‘"])(.+?)(?:['’"])/;
const FAILED = /(\/nix\/store\/[0-9a-z]{32}-(.+)\.drv)' failed |Cannot build '(\/nix\/store\/[0-9a-z]{32}-(.+)\.drv)'/;

/**
 * What Nix printed as a kept build; of a root other than `/`, `path` is where it is from outside.
 * @throws Error where it names none
 */
export function keptAsPrinted(printed: string, root: string): Kept {
  const kept = parse(printed, root);
  return { ...kept, path: join(root, kept.path) };
}

function parse(printed: string, store: string): Kept {
  const text = printed.replaceAll(/\x1b\[[0-9;]*m/g, '');
  const path = KEEPING.exec(text)?.[1];
  const failed = FAILED.exec(text);
  const drv = failed?.[1] ?? failed?.[3];
  const name = failed?.[2] ?? failed?.[4];
  if (path === undefined || drv === undefined || name === undefined) throw new Error(`nothing was kept:\n${printed}`);
  return { path, name, drv, store, printed };
}

const built = new Map<string, Kept>();

/** The kept directory of a kind: built now, or taken from this test run. It is shared: change nothing in it. */
export function keptBuild(kind: Kind, builder: Builder = 'daemon'): Kept {
  const key = `${kind}.${builder}`;
  const known = built.get(key) ?? recorded(key);
  if (known !== null && existsSync(known.path)) return known;
  buildStdenv(builder);
  const kept = parse(nixBuild(['-A', kind, '--keep-failed'], builder).stderr, storeOf(builder));
  built.set(key, kept);
  record(key, kept);
  whenRunEnds(() => rmSync(kept.path, { recursive: true, force: true }));
  return kept;
}

const hasStdenv = new Set<Builder>();

/** What the kinds are built of, without --keep-failed: if it fails, that is our bug, and nothing shall stay. */
function buildStdenv(builder: Builder): void {
  if (hasStdenv.has(builder)) return;
  const { status, stderr } = nixBuild(['-A', 'stdenv', '-A', 'stdenv-old'], builder);
  if (status !== 0) throw new Error(`cannot build the tiny stdenv:\n${stderr}`);
  hasStdenv.add(builder);
}

/** One file per build, so that two test files can build the same kind at once: scripts/test.mjs removes what they name. */
function record(key: string, kept: Kept): void {
  const directory = join(runDirectory(), 'kept');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${key}.${process.pid}.new`), JSON.stringify(kept));
  renameSync(join(directory, `${key}.${process.pid}.new`), join(directory, `${key}.${process.pid}.json`));
}

function recorded(key: string): Kept | null {
  const directory = join(runDirectory(), 'kept');
  if (!existsSync(directory)) return null;
  const file = readdirSync(directory).find(name => name.startsWith(`${key}.`) && name.endsWith('.json'));
  return file === undefined ? null : (JSON.parse(readFileSync(join(directory, file), 'utf8')) as Kept);
}
