/** Programs on a terminal of their own: the only file that loads node-pty, and only when the first pane opens. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';
import { fail, ok, type Result } from '../base/failure.ts';
import { syscall } from '../ffi/syscalls.ts';
import { makeQueue } from './unwaited.ts';

export interface PtySpec {
  /** The program, looked up in PATH, and its arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly columns: number;
  readonly rows: number;
}

export interface Pty {
  /** Its process id. */
  readonly pid: number;
  onData(listener: (bytes: Buffer) => void): void;
  /** Called when all that it printed was given to `onData`. `signal` is null where the program ended by itself. */
  onExit(listener: (status: number, signal: number | null) => void): void;
  write(bytes: Buffer | string): void;
  /** What the program asked its terminal for; dropped, where it asks and does not read. */
  answer(text: string): void;
  resize(columns: number, rows: number): void;
  /** Holds the program up, by not reading what it prints; {@link Pty.resume} goes on. */
  pause(): void;
  resume(): void;
  /** Closes the terminal: the kernel hangs up on the program and on whatever it runs in the foreground. */
  hangUp(): void;
  /** Ends the program (SIGKILL). */
  kill(): void;
}

/**
 * The native part of node-pty, as of 1.1.0. Its own stream is not used (docs/decisions/0022-the-pty-is-read-here.md): it loses what a program
 * printed last, and tells the end a fifth of a second late.
 */
interface Native {
  fork(
    file: string,
    args: readonly string[],
    environment: readonly string[],
    directory: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helper: string,
    onExit: (status: number, signal: number) => void,
  ): { readonly fd: number; readonly pid: number; readonly pty: string };
  resize(fd: number, columns: number, rows: number): void;
}

/** Bytes of answers that wait for the program to read them: a flood of questions must not fill the memory. */
const MOST_UNREAD = 64 * 1024;

let loaded: Native | null = null;

/** Starts a program; a Failure where node-pty cannot be loaded (musl, a missing binary) or no terminal can be made. */
export function startOnPty(spec: PtySpec): Result<Pty> {
  const wanted = `open a terminal for ${spec.command[0] ?? 'nothing'}`;
  try {
    loaded ??= load();
  } catch (error) {
    const because = `node-pty cannot be loaded here: ${firstLine(error)}`;
    return fail(wanted, { because, hint: 'shells run on the whole terminal instead' });
  }
  try {
    return ok(start(loaded, spec));
  } catch (error) {
    return fail(wanted, { because: firstLine(error) });
  }
}

function load(): Native {
  const { requireBinary } = createRequire(import.meta.url)('node-pty/requireBinary.js') as {
    requireBinary: (file: string) => Native;
  };
  return requireBinary('pty.node');
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function start(native: Native, { command, environment, directory, columns, rows }: PtySpec): Pty {
  const [file = '', ...args] = command;
  const variables = Object.entries({ TERM: 'xterm-256color', ...environment, PWD: directory });
  const words = variables.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  let ended = false;
  let closed = false;
  const data: ((bytes: Buffer) => void)[] = [];
  const exits: ((status: number, signal: number | null) => void)[] = [];
  const close = (): void => {
    if (closed) return;
    closed = true;
    queue.drop();
    stream.destroy();
    if (other !== null) closeSync(other);
  };
  const onExit = (status: number, signal: number): void => {
    ended = true;
    stream.pause();
    if (!closed) for (const bytes of [stream.read() as Buffer | null, ...rest(fd)]) if (bytes !== null) tell(bytes);
    close();
    for (const listener of exits) listener(status, signal === 0 ? null : signal);
  };
  const tell = (bytes: Buffer): void => data.forEach(listener => listener(bytes));
  const { fd, pid, pty } = native.fork(file, args, words, directory, columns, rows, -1, -1, true, '', onExit);
  const other = holdOpen(pty);
  attempt(() => closeOnExec(fd));
  const stream = new ReadStream(fd);
  // Not the stream's: libuv takes the program's side for one that must be waited for, and tries without end.
  const queue = makeQueue(fd, { drained: () => undefined, lost: () => undefined });
  stream.on('data', tell);
  // EIO: nobody has the terminal open any more. onExit says what is to be said.
  stream.on('error', () => undefined);
  const whileOpen = (action: () => void): void => (closed ? undefined : attempt(action));
  return {
    pid,
    onData: listener => void data.push(listener),
    onExit: listener => void exits.push(listener),
    write: bytes => whileOpen(() => void queue.write(Buffer.from(bytes))),
    answer: text => whileOpen(() => void (queue.waiting() < MOST_UNREAD && queue.write(Buffer.from(text)))),
    resize: (width, height) => whileOpen(() => native.resize(fd, width, height)),
    pause: () => whileOpen(() => void stream.pause()),
    resume: () => whileOpen(() => void stream.resume()),
    hangUp: close,
    // A process id that was waited for may be another's by now.
    kill: () => (ended ? undefined : attempt(() => void process.kill(pid, 'SIGKILL'))),
  };
}

/** The program's end may not have been noticed yet: then every call fails, and onExit is about to say why. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // It has just ended.
  }
}

const F_SETFD = 2;
const FD_CLOEXEC = 1;

/**
 * Our side of the terminal is nobody else's (fcntl(2)); node-pty leaves it to every program that is started later. With one of them alive
 * the kernel would not hang up when we close it, and that program could type into the other's terminal.
 */
function closeOnExec(fd: number): void {
  syscall('fcntl', fd, F_SETFD, FD_CLOEXEC);
}

/**
 * The program's side of the terminal, kept open until all was read: where the last one closes it, libuv takes a short read for the last one and
 * drops what is still in the kernel (uv__read of 1.46, "Short-circuit iff POLLHUP is polled"). Null where it cannot be opened.
 */
function holdOpen(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  } catch {
    return null;
  }
}

/** What is still in the kernel. It is little, and nobody adds to it: with its session's leader the terminal was hung up. */
function* rest(fd: number): Generator<Buffer> {
  for (;;) {
    const bytes = Buffer.alloc(65_536);
    let length = 0;
    try {
      length = readSync(fd, bytes);
    } catch {
      // EAGAIN, EIO: that was all.
    }
    if (length === 0) return;
    yield bytes.subarray(0, length);
  }
}
