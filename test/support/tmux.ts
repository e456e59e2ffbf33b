/** A terminal, of 80 columns and 24 lines where nothing else is said, as tmux(1) draws it: for programs that want one. */
import { spawnSync } from 'node:child_process';
import type { TestUser } from './need.ts';
import { until } from './patience.ts';
import { asUser, environmentFor, type RunOptions } from './program.ts';

export interface TerminalOptions extends Pick<RunOptions, 'user' | 'env'> {
  readonly columns?: number;
  readonly rows?: number;
}

let count = 0;

/** A tmux server of its own, with one window that runs `command`. Close it. */
export class Terminal {
  private readonly socket = `nbs-test-${process.pid}-${(count += 1)}-${Date.now()}`;
  private readonly user: TestUser | null;
  private readonly environment: NodeJS.ProcessEnv;

  constructor(command: readonly string[], options: TerminalOptions = {}) {
    const { columns = 80, rows = 24 } = options;
    this.user = options.user ?? null;
    this.environment = environmentFor(this.user, { TERM: 'xterm-256color', ...options.env });
    // The window outlives the command, so that its last lines can be read.
    const words = ['sh', '-c', '"$@"; sleep 1000', 'sh', ...command];
    this.tmux(['-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), ...words]);
  }

  /** What is on the screen when it matches, without blanks at the end of lines. @throws Error where it does not come */
  until(wanted: RegExp): Promise<string> {
    const matching = (): string | null => [this.screen()].find(screen => wanted.test(screen)) ?? null;
    return until(`the screen does not match ${wanted}`, matching, () => this.screen());
  }

  /** Types a line, and waits for what shall follow it. */
  async type(line: string, wanted: RegExp): Promise<string> {
    const before = this.screen();
    this.tmux(['send-keys', '-l', line]);
    this.tmux(['send-keys', 'Enter']);
    // Else what stood there before could be taken for the answer.
    await until(
      `'${line}' changes nothing`,
      () => this.screen() !== before,
      () => before,
    );
    return this.until(wanted);
  }

  /** Presses keys by their names (`Left`, `C-c`); other words are typed. */
  press(...keys: readonly string[]): void {
    this.tmux(['send-keys', ...keys]);
  }

  /** Bytes for the program, as they are: what the terminal would send for the mouse, or for a key without a name. */
  send(bytes: string): void {
    const words = [...Buffer.from(bytes)].map(byte => byte.toString(16).padStart(2, '0'));
    this.tmux(['send-keys', '-H', ...words]);
  }

  /** Text from the clipboard: marked, where the program asked for that. */
  paste(text: string): void {
    this.tmux(['set-buffer', text]);
    this.tmux(['paste-buffer', '-p', '-r']);
  }

  /** What was copied last. */
  buffer(): string {
    return this.tmux(['show-buffer']).stdout;
  }

  resize(columns: number, rows: number): void {
    this.tmux(['resize-window', '-x', String(columns), '-y', String(rows)]);
  }

  /** The screen with its colours and attributes, as escape sequences; blanks at the end of lines are kept. */
  drawing(): string {
    return this.tmux(['capture-pane', '-e', '-N', '-p']).stdout;
  }

  /** What tmux knows of the window, as it writes formats: `#{cursor_x}`. */
  fact(format: string): string {
    return this.tmux(['display-message', '-p', format]).stdout.trimEnd();
  }

  close(): void {
    this.tmux(['kill-server']);
  }

  /** The prompt's last blank is kept: tmux cuts blanks off. */
  private screen(): string {
    const { stdout } = this.tmux(['capture-pane', '-p']);
    return stdout.replace(/\s+$/, '').replace(/\$$/, '$ ');
  }

  private tmux(words: readonly string[]): { readonly stdout: string } {
    const [file = '', ...args] = asUser(this.user, ['tmux', '-L', this.socket, ...words]);
    const { stdout, stderr, status } = spawnSync(file, args, { encoding: 'utf8', cwd: '/', env: this.environment });
    if (status !== 0) throw new Error(`tmux ${words.join(' ')}: ${stderr}`);
    return { stdout };
  }
}
