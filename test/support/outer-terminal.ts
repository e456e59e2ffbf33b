/** The program of a pane in a real terminal, which is a pty of the test: what reaches it, and how it is left. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { type Pty, startOnPty } from '../../src/terminal/pty.ts';
import { makeScreen } from '../../src/terminal/screen.ts';
import { until } from './patience.ts';
import { PROJECT } from './program.ts';
import { scratchDirectory } from './scratch.ts';

/** The program whose chrome has one pane (pane-program.mjs). */
export const PROGRAM = join(PROJECT, '.build/test/support/pane-program.mjs');

/** Ended at the end, also where a test failed: a program that runs on, or a terminal that is held, would hold the whole run up. */
const open: Pty[] = [];
after(() => {
  for (const pty of open) {
    pty.hangUp();
    pty.kill();
  }
});

interface End {
  readonly status: number;
  readonly signal: number | null;
}

/** A terminal, as a person has it. */
export interface Outer {
  readonly pty: Pty;
  /** Everything that reached the terminal. */
  readonly raw: () => string;
  /** What it shows, without blank lines. */
  readonly shown: () => string;
  /** Waits until what is shown matches. */
  readonly until: (pattern: RegExp) => Promise<unknown>;
  /** Waits for its end. */
  readonly ended: () => Promise<End>;
}

/** The pane's program under a shell that says the terminal's settings before and after. */
export function start(command: string): Outer {
  return startOuter([
    'bash',
    '-c',
    `before=$(stty -g); '${process.execPath}' '${PROGRAM}' ${command}; status=$?; [ "$before" = "$(stty -g)" ] && echo RESTORED; echo STATUS $status`,
  ]);
}

/** A command on a terminal of its own. */
export function startOuter(command: readonly string[]): Outer {
  const started = startOnPty({
    command,
    environment: {
      PATH: process.env['PATH'],
      HOME: scratchDirectory('restored'),
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
    },
    directory: '/',
    columns: 80,
    rows: 24,
  });
  assert.ok(started.ok);
  const pty = started.value;
  open.push(pty);
  const screen = makeScreen({ columns: 80, rows: 24, scrollback: 0, onAnswer: text => pty.write(text) });
  let raw = '';
  pty.onData(bytes => {
    raw += bytes.toString('latin1');
    screen.write(bytes);
  });
  let end: End | null = null;
  pty.onExit((status, signal) => (end = { status, signal }));
  const shown = (): string => {
    const { active } = screen.terminal.buffer;
    return Array.from({ length: 24 }, (_, row) => active.getLine(row)?.translateToString(true).trimEnd() ?? '')
      .filter(line => line !== '')
      .join('\n');
  };
  const seen = (pattern: RegExp): Promise<boolean> =>
    until(`never seen: ${pattern}`, () => pattern.test(shown()), shown);
  return { pty, raw: () => raw, shown, until: seen, ended: () => until('it does not end', () => end, shown) };
}

/** Asserts that nothing is left of what the program had switched on. */
export function left({ raw }: Outer): void {
  const text = raw();
  assert.ok(text.lastIndexOf('\u001b[?1049l') > text.lastIndexOf('\u001b[?1049h'), 'the alternate screen was left');
  assert.ok(text.lastIndexOf('\u001b[?25h') > text.lastIndexOf('\u001b[?25l'), 'the cursor is shown');
  assert.ok(text.lastIndexOf('\u001b[?2004l') > text.lastIndexOf('\u001b[?2004h'), 'pastes are not marked');
  for (const mode of ['1000', '1002', '1003', '1006', '1004', '1'])
    if (text.includes(`\u001b[?${mode}h`))
      assert.ok(text.lastIndexOf(`\u001b[?${mode}l`) > text.lastIndexOf(`\u001b[?${mode}h`), `mode ${mode} is off`);
}

/** Presses the reserved key, and then one for the chrome. */
export async function pressed({ pty, until: seen }: Outer, key: string): Promise<void> {
  pty.write('\u001d');
  await seen(/\[reserved\]/);
  pty.write(key);
}

/** Whether there is such a process. */
export function alive(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`);
}

/** The process whose id the shell of the pane prints. */
export async function shellPid(outer: Outer): Promise<number> {
  outer.pty.write('echo pid $$ of $PPID\r');
  await outer.until(/^pid \d+ of \d+$/m);
  return Number(/^pid (\d+)/m.exec(outer.shown())?.[1]);
}

/** Waits for its end. */
export function gone(pid: number): Promise<boolean> {
  return until(`${pid} still runs`, () => !alive(pid));
}
