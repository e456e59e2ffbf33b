/** A program in a pseudo-terminal, and what its terminal shows: node-pty and xterm/headless. */
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { Terminal } from '@xterm/headless';
import type { TestUser } from './need.ts';
import { asUser, environmentFor } from './program.ts';

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly user?: TestUser | null;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Gets what the program prints, as it comes. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

export interface Pty {
  /** The rows of the screen, as a person sees them. */
  readonly screen: () => string;
  /** Whether the alternate screen is shown. */
  readonly alternate: () => boolean;
  readonly type: (bytes: string) => void;
  /** Waits until the screen holds this. @throws Error with the screen where it does not come */
  readonly shows: (what: string | RegExp, timeoutMs?: number) => Promise<string>;
  readonly resize: (columns: number, rows: number) => void;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Waits for its end. @throws Error with the screen where it does not come */
  readonly ended: (timeoutMs?: number) => Promise<{ readonly status: number; readonly signal: number }>;
  readonly pid: number;
  readonly end: () => void;
}

/** The part of node-pty that is used: its own types are those of another package's name. */
interface NodePty {
  spawn(
    file: string,
    args: readonly string[],
    options: {
      readonly cols: number;
      readonly rows: number;
      readonly cwd: string;
      readonly env: NodeJS.ProcessEnv;
      readonly encoding: null;
    },
  ): {
    readonly pid: number;
    onData(listener: (data: Uint8Array) => void): void;
    onExit(listener: (end: { readonly exitCode: number; readonly signal?: number }) => void): void;
    write(data: string): void;
    resize(columns: number, rows: number): void;
    kill(signal: string): void;
  };
}

const nodePty = createRequire(import.meta.url)('node-pty') as NodePty;

const PATIENCE_MS = 20_000;

/** Starts it. */
export function startPty(command: readonly string[], options: PtyOptions = {}): Pty {
  const { columns = 80, rows = 24, user = null } = options;
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 2000 });
  const [file = '', ...args] = asUser(user, command);
  const env = environmentFor(user, { TERM: 'xterm-256color', ...options.env });
  const pty = nodePty.spawn(file, args, { cols: columns, rows, cwd: '/', env, encoding: null });
  pty.onData(data => {
    options.onBytes?.(data);
    terminal.write(data);
  });
  terminal.onData(answer => pty.write(answer));
  let end: { status: number; signal: number } | null = null;
  pty.onExit(({ exitCode, signal }) => {
    end = { status: exitCode, signal: signal ?? 0 };
  });
  const screen = (): string => {
    const { active } = terminal.buffer;
    const lines = Array.from({ length: terminal.rows }, (_, y) => active.getLine(active.baseY + y));
    return lines.map(line => line?.translateToString(true).trimEnd() ?? '').join('\n');
  };
  const shows = async (what: string | RegExp, timeoutMs = PATIENCE_MS): Promise<string> => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const shown = screen();
      if (typeof what === 'string' ? shown.includes(what) : what.test(shown)) return shown;
      if (performance.now() > deadline) throw new Error(`${String(what)} is not shown:\n${shown}`);
      await sleep(20);
    }
  };
  return {
    screen,
    alternate: () => terminal.buffer.active.type === 'alternate',
    type: bytes => pty.write(bytes),
    shows,
    resize: (nextColumns, nextRows) => {
      terminal.resize(nextColumns, nextRows);
      pty.resize(nextColumns, nextRows);
    },
    signal: name => process.kill(pty.pid, name),
    ended: async (timeoutMs = PATIENCE_MS) => {
      const deadline = performance.now() + timeoutMs;
      while (end === null && performance.now() < deadline) await sleep(20);
      if (end === null) throw new Error(`it does not end:\n${screen()}`);
      return end;
    },
    pid: pty.pid,
    end: () => {
      try {
        pty.kill('SIGKILL');
      } catch {
        // It has ended.
      }
    },
  };
}
