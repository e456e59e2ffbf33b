/** The program of a pane in a real terminal: what reaches that terminal, and how it is left, however the program ends. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Pty, startOnPty } from '../../src/terminal/pty.ts';
import { makeScreen } from '../../src/terminal/screen.ts';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '../support/pane-program.mjs');

/** Ended at the end, also where a test failed: a live pty would hold the whole run up. */
const open: Pty[] = [];
after(() => open.forEach(pty => pty.hangUp()));

interface Outer {
  readonly pty: Pty;
  /** Everything that reached the terminal. */
  readonly raw: () => string;
  /** What it shows, without blank lines. */
  readonly shown: () => string;
  /** Waits until what is shown matches. */
  readonly until: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<number>;
}

/** The pane's program under a shell that says the terminal's settings before and after. */
function start(command: string): Outer {
  const script = `before=$(stty -g); ${process.execPath} ${PROGRAM} ${command}; status=$?; [ "$before" = "$(stty -g)" ] && echo RESTORED; echo STATUS $status`;
  const started = startOnPty({
    command: ['bash', '-c', script],
    environment: { PATH: process.env['PATH'], HOME: '/', TERM: 'xterm-256color', LANG: 'C.UTF-8' },
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
  const shown = (): string => {
    const { active } = screen.terminal.buffer;
    return Array.from({ length: 24 }, (_, row) => active.getLine(row)?.translateToString(true).trimEnd() ?? '')
      .filter(line => line !== '')
      .join('\n');
  };
  const until = async (pattern: RegExp): Promise<void> => {
    for (const end = Date.now() + 20_000; !pattern.test(shown()); ) {
      assert.ok(Date.now() < end, `never seen: ${pattern}\n${shown()}`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  };
  return { pty, raw: () => raw, shown, until, ended: new Promise(resolve => pty.onExit(resolve)) };
}

function left({ raw }: Outer): void {
  const text = raw();
  assert.ok(text.lastIndexOf('\u001b[?1049l') > text.lastIndexOf('\u001b[?1049h'), 'the alternate screen was left');
  assert.ok(text.lastIndexOf('\u001b[?25h') > text.lastIndexOf('\u001b[?25l'), 'the cursor is shown');
  assert.ok(text.lastIndexOf('\u001b[?2004l') > text.lastIndexOf('\u001b[?2004h'), 'pastes are not marked');
  for (const mode of ['1000', '1002', '1003', '1006', '1004', '1'])
    if (text.includes(`\u001b[?${mode}h`))
      assert.ok(text.lastIndexOf(`\u001b[?${mode}l`) > text.lastIndexOf(`\u001b[?${mode}h`), `mode ${mode} is off`);
}

test("the program's keys, screen and status come through, and the terminal is as before", async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  outer.pty.write('stty size; tty; echo $((6*7))\r');
  await outer.until(/^23 80$[^]*^42$/m);
  outer.pty.write('sleep 100\r');
  await new Promise(resolve => setTimeout(resolve, 300));
  outer.pty.write('\u0003');
  outer.pty.write('exit 7\r');
  await outer.until(/RESTORED\nSTATUS 7/);
  left(outer);
});

test('a resize reaches the program', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  outer.pty.resize(100, 20);
  await new Promise(resolve => setTimeout(resolve, 300));
  outer.pty.write('stty size\r');
  await outer.until(/^19 100$/m);
  outer.pty.write('exit\r');
  await outer.ended;
});

for (const [signal, status] of [
  ['TERM', 143],
  ['HUP', 129],
  ['INT', 130],
] as const)
  test(`SIG${signal} leaves the terminal as it was`, async () => {
    const outer = start('bash --norc');
    await outer.until(/[$#]/);
    outer.pty.write('printf "\\033[?1000h\\033[?1006h\\033[?1h\\033[?1004h"\r');
    await new Promise(resolve => setTimeout(resolve, 300));
    outer.pty.write(`kill -${signal} $PPID\r`);
    await outer.until(new RegExp(`RESTORED\\nSTATUS ${status}`));
    left(outer);
  });

test('a program that ends at once, and one that is not there, leave the terminal as it was', async () => {
  const ends = start('true');
  await ends.until(/RESTORED\nSTATUS 0/);
  left(ends);
  const absent = start('/does/not/exist');
  await absent.until(/RESTORED\nSTATUS \d+/);
  left(absent);
});

test('what a program prints never reaches the terminal raw: no clipboard, no title, no strings, no questions', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  const hostile = [
    '\\033]52;c;ZXZpbA==\\007',
    '\\033]0;evil title\\007',
    '\\033P+q544e\\033\\\\',
    '\\033_Ga=T;AAAA\\033\\\\',
    '\\033[21t',
    '\\033]10;?\\007',
    '\\033[5i',
    '\\033[?1049l',
  ].join('');
  outer.pty.write(`printf '${hostile}'; echo do''ne\r`);
  await outer.until(/^done/m);
  const raw = outer.raw();
  outer.pty.write('exit\r');
  await outer.ended;
  for (const bytes of ['\u001b]52', '\u001b]0;', '\u001bP', '\u001b_', '\u001b[21t', '\u001b]10', '\u001b[5i'])
    assert.ok(!raw.includes(bytes), JSON.stringify(bytes));
  assert.equal(raw.split('\u001b[?1049l').length, 1);
});
