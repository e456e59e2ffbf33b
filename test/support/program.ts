/**
 * The program as its users start it: `./nix-build-shell`, as ourselves or as the ordinary user.
 *
 * A checkout may lie where ordinary users cannot go (below /root, in a 0700 directory). So root's tests run a copy of the
 * built program that everybody can read; it is made once per test run.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toBytes } from '../../src/base/path.ts';
import type { TestUser } from './need.ts';
import { PATIENCE_MS } from './patience.ts';
import { runDirectory } from './run-directory.ts';

/** The checkout's root. Compiled tests lie in .build/ at any depth. */
export const PROJECT = findProject(dirname(fileURLToPath(import.meta.url)));

/** What the program and its demo need at run time; the rest of node_modules is for development. */
const NEEDED = [
  'nix-build-shell',
  'package.json',
  // The demo's own set-up finds everything done already.
  'package-lock.json',
  'node_modules/.package-lock.json',
  'src',
  'scripts',
  'fixtures/demo',
  'fixtures/nix/stdenv',
  'dist',
  'node_modules/koffi',
  'node_modules/@koromix',
  'node_modules/commander',
  'node_modules/libsql',
  'node_modules/@libsql',
  'node_modules/@neon-rs',
  'node_modules/detect-libc',
  'node_modules/node-pty',
  'node_modules/@lydell',
];

function findProject(from: string): string {
  if (existsSync(join(from, 'package-lock.json'))) return from;
  if (from === '/') throw new Error('the tests do not lie in a checkout');
  return findProject(dirname(from));
}

let copied: string | null = null;

/** The directory of a world-readable copy of the program and of Node; other test files of the same run may make it at the same time. */
export function readableCopy(): string {
  if (copied !== null) return copied;
  const copy = join(runDirectory(), 'program');
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    mkdirSync(unfinished, { mode: 0o755 });
    for (const path of NEEDED) {
      const from = join(PROJECT, path);
      if (existsSync(from))
        cpSync(from, join(unfinished, path), { recursive: true, dereference: true, preserveTimestamps: true });
    }
    if (!everybodyCanRun(process.execPath)) {
      mkdirSync(join(unfinished, 'node'));
      cpSync(process.execPath, join(unfinished, 'node/node'));
      chmodSync(join(unfinished, 'node/node'), 0o755);
    }
    spawnSync('chmod', ['-R', 'a+rX', unfinished]);
    try {
      renameSync(unfinished, copy);
    } catch (error) {
      // Another test file was faster. Its copy is the same; ours goes with the run's directory.
      if (!existsSync(copy)) throw error;
    }
  }
  copied = copy;
  return copy;
}

/** Whether an ordinary user can execute the file. */
export function everybodyCanRun(path: string): boolean {
  for (let at = path; at !== '/'; at = dirname(at)) if ((statSync(at).mode & 0o001) === 0) return false;
  return true;
}

/** Whether `user` is somebody else than this process. */
function isOther(user: TestUser | null): user is TestUser {
  return user !== null && user.uid !== process.getuid?.();
}

/** The path of a `nix-build-shell` that `user` (null: ourselves) can execute. */
export function programFor(user: TestUser | null): string {
  return join(isOther(user) ? readableCopy() : PROJECT, 'nix-build-shell');
}

export interface RunOptions {
  /** Who runs it; null or absent: ourselves. With the supplementary groups of the account. */
  readonly user?: TestUser | null;
  /** Standard input; absent: empty. */
  readonly stdin?: Uint8Array | string;
  /** Added to a bare environment of PATH, HOME, USER and LANG; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: `/`, which everybody can read. */
  readonly cwd?: string;
  /** Words in front of the program's own: prlimit(1) and the like, which exec. */
  readonly before?: readonly string[];
  /** Then SIGKILL. Default 120 s: only a hang takes so long. */
  readonly timeoutMs?: number;
}

export interface Output {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** The directory of the Node that runs the tests, so that the program runs on the same; readable for `user`. */
function nodeDirectory(user: TestUser | null): string {
  const copy = isOther(user) ? join(readableCopy(), 'node') : null;
  return copy !== null && existsSync(copy) ? copy : dirname(process.execPath);
}

/** The environment that {@link run} gives: bare, so that nothing of the developer's leaks into a test. */
export function environmentFor(user: TestUser | null, more: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  const base: NodeJS.ProcessEnv = {
    PATH: `${nodeDirectory(user)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    HOME: user?.home ?? process.env['HOME'] ?? '/',
    USER: user?.name ?? process.env['USER'] ?? 'root',
    LANG: 'C.UTF-8',
    NODE_NO_WARNINGS: '1',
    ...more,
  };
  for (const name of Object.keys(base)) if (base[name] === undefined) delete base[name];
  return base;
}

/** The same command as `user`: through setpriv(1), which execs, so the process id stays and the groups are the account's. */
export function asUser(user: TestUser | null, command: readonly string[]): string[] {
  if (!isOther(user)) return [...command];
  return ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--', ...command];
}

/** One word for bash, as ASCII: arguments of Node's spawn must be text, so other bytes travel in a script. */
function quoted(word: string): string {
  let text = "$'";
  for (const byte of toBytes(word)) {
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `${text}'`;
}

/** The command, or a bash that execs it where a word holds bytes that are not UTF-8. */
function spellable(command: readonly string[]): string[] {
  if (command.every(word => word.isWellFormed())) return [...command];
  return ['bash', '-c', `exec ${command.map(quoted).join(' ')}`];
}

/** Any command as `user`, to its end. Arguments may hold any bytes (surrogateescape). */
export function runCommand(command: readonly string[], options: RunOptions = {}): Output {
  const user = options.user ?? null;
  const [file = '', ...args] = spellable(asUser(user, command));
  const { status, signal, stdout, stderr, error } = spawnSync(file, args, {
    cwd: options.cwd ?? '/',
    env: environmentFor(user, options.env),
    input: options.stdin ?? '',
    timeout: options.timeoutMs ?? PATIENCE_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined && !('code' in error && error.code === 'ETIMEDOUT')) throw error;
  return { status, signal, stdout, stderr };
}

/** `nix-build-shell ARGS…`, to its end. */
export function run(args: readonly string[], options: RunOptions = {}): Output {
  return runCommand([...(options.before ?? []), programFor(options.user ?? null), ...args], options);
}

/** `nix-build-shell ARGS…`, running: for signals and streams. All three descriptors are pipes unless `stdio` says else. */
export function start(
  args: readonly string[],
  options: Omit<RunOptions, 'stdin' | 'timeoutMs'> & { readonly stdio?: 'pipe' | 'ignore' | 'inherit' } = {},
): ChildProcess {
  const user = options.user ?? null;
  const [file = '', ...rest] = spellable(asUser(user, [...(options.before ?? []), programFor(user), ...args]));
  return spawn(file, rest, {
    cwd: options.cwd ?? '/',
    env: environmentFor(user, options.env),
    stdio: options.stdio ?? 'pipe',
  });
}
