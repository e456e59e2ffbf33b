/** Programs on a terminal of their own: the only file that loads node-pty, and only when the first pane opens. */
import { createRequire } from 'node:module';
import { fail, ok, type Result } from '../base/failure.ts';

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
  /** `signal` is null where the program ended by itself. */
  onExit(listener: (status: number, signal: number | null) => void): void;
  write(bytes: Buffer | string): void;
  resize(columns: number, rows: number): void;
  /** Holds the program up, by not reading what it prints; {@link Pty.resume} goes on. */
  pause(): void;
  resume(): void;
  /** What a closing terminal does: SIGHUP, to the whole session of the program. */
  hangUp(): void;
}

/** The part of node-pty that is used; its own types belong to the name it is published under. */
interface NodePty {
  spawn(file: string, args: readonly string[], options: Readonly<Record<string, unknown>>): NodePtyProcess;
}

interface NodePtyProcess {
  readonly pid: number;
  onData(listener: (data: Buffer) => void): void;
  onExit(listener: (end: { readonly exitCode: number; readonly signal?: number }) => void): void;
  write(data: Buffer | string): void;
  resize(columns: number, rows: number): void;
  pause(): void;
  resume(): void;
  kill(signal: string): void;
}

let loaded: NodePty | null = null;

/** Starts a program; a Failure where node-pty cannot be loaded (musl, a missing binary) or the program not be started. */
export function startOnPty(spec: PtySpec): Result<Pty> {
  const wanted = `open a terminal for ${spec.command[0] ?? 'nothing'}`;
  try {
    loaded ??= createRequire(import.meta.url)('node-pty') as NodePty;
  } catch (error) {
    const because = `node-pty cannot be loaded here: ${firstLine(error)}`;
    return fail(wanted, { because, hint: 'shells run on the whole terminal instead' });
  }
  const [file = '', ...args] = spec.command;
  const { columns, rows, directory, environment } = spec;
  try {
    const name = environment['TERM'] ?? 'xterm-256color';
    // Bytes, not text: a character may be split over reads, and the emulator knows how to wait for its rest.
    const more = { name, cols: columns, rows, cwd: directory, env: { ...environment }, encoding: null };
    return ok(wrap(loaded.spawn(file, args, more)));
  } catch (error) {
    return fail(wanted, { because: firstLine(error) });
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function wrap(pty: NodePtyProcess): Pty {
  let ended = false;
  pty.onExit(() => (ended = true));
  /** Between the program's end and its notice every call fails. */
  const whileAlive = (action: () => void): void => {
    if (ended) return;
    try {
      action();
    } catch {
      // It has just ended: onExit says so.
    }
  };
  return {
    pid: pty.pid,
    onData: listener => pty.onData(listener),
    onExit: listener => pty.onExit(({ exitCode, signal }) => listener(exitCode, signal || null)),
    write: bytes => whileAlive(() => pty.write(bytes)),
    resize: (columns, rows) => whileAlive(() => pty.resize(columns, rows)),
    pause: () => whileAlive(() => pty.pause()),
    resume: () => whileAlive(() => pty.resume()),
    hangUp: () => whileAlive(() => pty.kill('SIGHUP')),
  };
}
