/** Runs other programs: the only file that may. Never through a shell, in the C locale, with an end in time and in size. */
import type * as Programs from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type * as System from 'node:os';
import type { Readable } from 'node:stream';
import { EXIT, type Failure, fail, ok, type Result } from '../base/failure.ts';
import { fromBytes } from '../base/path.ts';
import { shellWord } from '../base/printable.ts';
import { trace } from '../base/trace.ts';

export interface CommandLimits {
  /** After this time the program is killed, and the outcome is a Failure. */
  readonly timeoutMs: number;
  /** A program that prints more on stdout is killed, and the outcome is a Failure. */
  readonly maxBytes: number;
  /** What it reads from stdin; nothing where it is not given. */
  readonly input?: string | Uint8Array;
}

export interface CommandOutput {
  /** The exit status, or 128 + the number of the signal that ended it, as shells count. */
  readonly status: number;
  readonly stdout: Buffer;
  /** Its first 64 KiB. */
  readonly stderr: string;
}

const MAX_STDERR = 65_536;

/** Loaded where a program is run: a plain run runs none, and does not pay for it. */
function childProcess(): typeof Programs {
  return require('node:child_process') as typeof Programs;
}

/** Runs `argv[0]`, looked up in PATH, to its end. A status other than 0 is no Failure: what it means depends on the program. */
export async function runCommand(argv: readonly string[], limits: CommandLimits): Promise<Result<CommandOutput>> {
  const refused = unfit(argv);
  if (refused !== null) return refused;
  trace('nix', `runs ${shown(argv)}`);
  const child = childProcess().spawn(argv[0] ?? '', argv.slice(1), {
    env: environment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout = collect(child.stdout, limits.maxBytes, () => child.kill('SIGKILL'));
  const stderr = collect(child.stderr, MAX_STDERR, () => undefined);
  // A program that does not read its input closes it (EPIPE): its status tells what that meant.
  child.stdin.on('error', () => undefined);
  child.stdin.end(limits.input ?? '');
  const ended = await endOf(child, limits.timeoutMs);
  if (ended.kind === 'error') return notRun(argv, ended.code);
  if (ended.kind === 'timeout') return tooLong(argv, limits);
  if (stdout.overflowed()) return tooMuch(argv, limits);
  return ok({ status: ended.status, stdout: stdout.bytes(), stderr: fromBytes(stderr.bytes()) });
}

/** As {@link runCommand}, holding the whole process up: for short questions. */
export function runCommandSync(argv: readonly string[], limits: CommandLimits): Result<CommandOutput> {
  const refused = unfit(argv);
  if (refused !== null) return refused;
  trace('nix', `runs ${shown(argv)}`);
  const done = childProcess().spawnSync(argv[0] ?? '', argv.slice(1), {
    env: environment(),
    input: limits.input ?? '',
    timeout: limits.timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: limits.maxBytes,
  });
  const code = done.error === undefined ? null : codeOf(done.error);
  if (code === 'ETIMEDOUT') return tooLong(argv, limits);
  if (code === 'ENOBUFS') return tooMuch(argv, limits);
  // EPIPE: it did not read its input, and ran.
  if (code !== null && code !== 'EPIPE') return notRun(argv, code);
  const stderr = fromBytes(done.stderr.subarray(0, MAX_STDERR));
  return ok({ status: statusOf(done.status, done.signal), stdout: done.stdout, stderr });
}

/** A program that runs beside us. */
export interface RunningCommand {
  /** What it prints; null where its stdout went to a descriptor. */
  readonly stdout: Readable | null;
  /** Its status as in {@link CommandOutput}, or why it could not be started. */
  readonly ended: Promise<Result<number>>;
  kill(): void;
}

/**
 * Starts a program that talks to the person (sudo's password prompt): stdin and stderr are ours, so the terminal; no end in time.
 * @param stdout `stream`: read it from the result; a number: a descriptor of ours that it writes into
 */
export function startOnTerminal(argv: readonly string[], stdout: 'stream' | number): RunningCommand {
  const refused = unfit(argv);
  if (refused !== null) return { stdout: null, ended: Promise.resolve(refused), kill: () => undefined };
  trace('nix', `runs ${shown(argv)}`);
  const child = childProcess().spawn(argv[0] ?? '', argv.slice(1), {
    env: environment(),
    stdio: ['inherit', stdout === 'stream' ? 'pipe' : stdout, 'inherit'],
  });
  const ended = statusAtEnd(argv, child);
  return { stdout: child.stdout, ended, kill: () => void child.kill('SIGTERM') };
}

/** Runs a program that is the person's own choice (a shell) on the terminal, with the person's own environment, to its end. */
export function runForeground(argv: readonly string[]): Promise<Result<number>> {
  const refused = unfit(argv);
  if (refused !== null) return Promise.resolve(refused);
  return statusAtEnd(argv, childProcess().spawn(argv[0] ?? '', argv.slice(1), { stdio: 'inherit' }));
}

async function statusAtEnd(argv: readonly string[], child: ChildProcess): Promise<Result<number>> {
  const end = await endOf(child, null);
  return end.kind === 'ended' ? ok(end.status) : notRun(argv, end.kind === 'error' ? end.code : 'ETIMEDOUT');
}

/**
 * `from | to`: `from` talks to the person as in {@link startOnTerminal}, `to` reads what it prints and is heard on stderr only. Where
 * `from` prints nothing (a wrong password), `to` is not started: it would only complain about that.
 * @returns both statuses; of two that failed, the first one is the cause
 */
export async function pipeOnTerminal(
  from: readonly string[],
  to: readonly string[],
): Promise<Result<{ readonly from: number; readonly to: number }>> {
  const refused = unfit(to);
  if (refused !== null) return refused;
  const source = startOnTerminal(from, 'stream');
  if (source.stdout === null || !(await saysSomething(source.stdout))) {
    const silent = await source.ended;
    return silent.ok ? ok({ from: silent.value, to: silent.value === 0 ? NOTHING_TO_READ : 0 }) : silent;
  }
  trace('nix', `runs ${shown(to)}`);
  const sink = childProcess().spawn(to[0] ?? '', to.slice(1), {
    env: environment(),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  sink.stdin.on('error', () => undefined);
  const sinkEnded = endOf(sink, null);
  source.stdout.pipe(sink.stdin);
  const started = await source.ended;
  if (!started.ok) sink.stdin.end();
  const ended = await sinkEnded;
  if (!started.ok) return started;
  if (ended.kind !== 'ended') return notRun(to, ended.kind === 'error' ? ended.code : 'ETIMEDOUT');
  return ok({ from: started.value, to: ended.status });
}

/** The status of a program that would have had to read from one that printed nothing. */
const NOTHING_TO_READ = 1;

function saysSomething(stream: Readable): Promise<boolean> {
  return new Promise(resolve => {
    // Emitted at the end, too: then there is nothing.
    stream.once('readable', () => resolve(stream.readableLength > 0));
    stream.once('close', () => resolve(false));
  });
}

/** Ours, with messages and sorting that do not depend on the person's language. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', LANGUAGE: '' };
}

function shown(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

type Failed = { readonly ok: false; readonly failure: Failure };

/** node:child_process takes text only: words that are not UTF-8 would arrive as other bytes. */
function unfit(argv: readonly string[]): Failed | null {
  if (argv.length === 0) throw new Error('a command without a program');
  if (argv.every(word => word.isWellFormed() && !word.includes('\0'))) return null;
  return fail(`run ${shown(argv)}`, {
    because: 'its arguments are not UTF-8 text, and only that can be handed to a program',
  });
}

interface Collected {
  readonly bytes: () => Buffer;
  readonly overflowed: () => boolean;
}

function collect(stream: Readable, maxBytes: number, onOverflow: () => void): Collected {
  const chunks: Buffer[] = [];
  let total = 0;
  stream.on('data', (chunk: Buffer) => {
    const room = maxBytes - total;
    total += chunk.length;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    if (total > maxBytes) onOverflow();
  });
  stream.on('error', () => undefined);
  return { bytes: () => Buffer.concat(chunks), overflowed: () => total > maxBytes };
}

type End =
  | { readonly kind: 'ended'; readonly status: number }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'timeout' };

function endOf(child: ChildProcess, timeoutMs: number | null): Promise<End> {
  return new Promise(resolve => {
    const timer =
      timeoutMs === null
        ? null
        : setTimeout(() => {
            child.kill('SIGKILL');
            // Grandchildren may hold the pipes open: their end is not waited for.
            child.stdout?.destroy();
            child.stderr?.destroy();
            resolve({ kind: 'timeout' });
          }, timeoutMs);
    const settle = (end: End): void => {
      if (timer !== null) clearTimeout(timer);
      resolve(end);
    };
    child.once('error', error => settle({ kind: 'error', code: codeOf(error) }));
    child.once('close', (status, signal) => settle({ kind: 'ended', status: statusOf(status, signal) }));
  });
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? 'EIO';
}

function statusOf(status: number | null, signal: NodeJS.Signals | null): number {
  return status ?? 128 + (signal === null ? 0 : (require('node:os') as typeof System).constants.signals[signal]);
}

function notRun(argv: readonly string[], errno: string): Failed {
  const program = argv[0] ?? '';
  const status = errno === 'ENOENT' ? EXIT.notFound : EXIT.notExecutable;
  return fail(`run ${program}`, { call: `execve("${program}")`, errno, status });
}

function tooLong(argv: readonly string[], { timeoutMs }: CommandLimits): Failed {
  return fail(`run ${shown(argv)}`, { because: `it took longer than ${timeoutMs / 1000} s and was ended` });
}

function tooMuch(argv: readonly string[], { maxBytes }: CommandLimits): Failed {
  return fail(`run ${shown(argv)}`, { because: `it printed more than ${maxBytes} bytes and was ended` });
}
