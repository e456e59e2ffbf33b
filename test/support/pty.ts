/** A program in a pseudo-terminal, and what its terminal shows: node-pty and xterm/headless. */
import { createRequire } from 'node:module';
import { Terminal } from '@xterm/headless';
import type { TestUser } from './need.ts';
import { until } from './patience.ts';
import { processesBelow } from './processes.ts';
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
  readonly shows: (what: string | RegExp) => Promise<string>;
  readonly resize: (columns: number, rows: number) => void;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Waits for its end. @throws Error with the screen where it does not come */
  readonly ended: () => Promise<{ readonly status: number; readonly signal: number }>;
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
  const seen = (): string => `${screen()}\n${processesBelow(pty.pid).join('\n')}`;
  const shows = (what: string | RegExp): Promise<string> => {
    const matches = (shown: string): boolean => (typeof what === 'string' ? shown.includes(what) : what.test(shown));
    return until(`${String(what)} is not shown`, () => [screen()].find(matches) ?? null, seen);
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
    ended: () => until('it does not end', () => end, seen),
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
