/** Runs other programs to their end and gives what they print: with an end in time and in size. */
import type { Readable } from 'node:stream';
import { fail, ok, type Result } from '../base/failure.ts';
import { fromBytes } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { childProcess, codeOf, endOf, environment, type Failed, notRun, shown, statusOf, unfit } from './child.ts';

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

function tooLong(argv: readonly string[], { timeoutMs }: CommandLimits): Failed {
  return fail(`run ${shown(argv)}`, { because: `it took longer than ${timeoutMs / 1000} s and was ended` });
}

function tooMuch(argv: readonly string[], { maxBytes }: CommandLimits): Failed {
  return fail(`run ${shown(argv)}`, { because: `it printed more than ${maxBytes} bytes and was ended` });
}
