/** The program of a pane in a real terminal: what reaches that terminal, and how it is left, however the program ends. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Pty, startOnPty } from '../../src/terminal/pty.ts';
import { makeScreen } from '../../src/terminal/screen.ts';
import { until } from '../support/patience.ts';
import { scratchDirectory } from '../support/scratch.ts';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '../support/pane-program.mjs');

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

interface Outer {
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
function start(command: string): Outer {
  return startOuter([
    'bash',
    '-c',
    `before=$(stty -g); '${process.execPath}' '${PROGRAM}' ${command}; status=$?; [ "$before" = "$(stty -g)" ] && echo RESTORED; echo STATUS $status`,
  ]);
}

function startOuter(command: readonly string[]): Outer {
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
  outer.pty.write('(echo it "is up"; exec sleep 1000)\r');
  await outer.until(/^it is up$/m);
  outer.pty.write('\u0003');
  await outer.until(/\^C/);
  outer.pty.write('exit 7\r');
  await outer.until(/RESTORED\nSTATUS 7/);
  left(outer);
});

test('a resize reaches the program', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  outer.pty.resize(100, 20);
  outer.pty.write('until [ "$(stty size)" = "19 100" ]; do sleep 0.1; done; echo got "its size"\r');
  await outer.until(/^got its size$/m);
  outer.pty.write('exit\r');
  await outer.ended();
});

for (const [signal, status] of [
  ['TERM', 143],
  ['HUP', 129],
  ['INT', 130],
] as const)
  test(`SIG${signal} leaves the terminal as it was`, async () => {
    const outer = start('bash --norc');
    await outer.until(/[$#]/);
    outer.pty.write('printf "\\033[?1000h\\033[?1006h\\033[?1h\\033[?1004h"; echo modes "are on"\r');
    await outer.until(/^modes are on$/m);
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
    '\\033]17;?\\007',
    '\\033[5i',
    '\\033[?1049l',
  ].join('');
  outer.pty.write(`printf '${hostile}'; echo do''ne\r`);
  await outer.until(/^done/m);
  const raw = outer.raw();
  // The answer to its question is in the line that bash edits.
  outer.pty.write('\u0015exit\r');
  await outer.ended();
  for (const bytes of ['\u001b]52', '\u001b]0;', '\u001bP', '\u001b_', '\u001b[21t', '\u001b]17', '\u001b[5i'])
    assert.ok(!raw.includes(bytes), JSON.stringify(bytes));
  // Our own, before the program was there.
  assert.equal(raw.split('\u001b]10;?').length, 2);
  assert.equal(raw.split('\u001b[?1049l').length, 1);
});

test('a bell rings, and one without end a few times a second', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  const begin = Date.now();
  outer.pty.write('for ((n = 0; n < 1000; n++)); do printf "\\a"; done; echo do""ne\r');
  await outer.until(/^done/m);
  const rang = outer.raw().split('\u0007').length - 1;
  assert.ok(rang >= 1 && rang <= (Date.now() - begin) / 100 + 1, `${rang} times`);
  outer.pty.write('exit\r');
  await outer.ended();
});

test('a program that asks for it is told when the chrome takes the keyboard, and when it gets it back', async () => {
  const outer = start('bash --norc -c \'stty raw -echo; printf "\\033[?1004hREADY"; cat -v\'');
  await outer.until(/READY/);
  await pressed(outer, ' ');
  await outer.until(/READY\^\[\[O\^\[\[I/);
  await pressed(outer, 'q');
  await outer.until(/RESTORED/);
});

const pressed = (outer: Outer, key: string): Promise<void> => {
  outer.pty.write('\u001d');
  return outer.until(/\[reserved\]/).then(() => outer.pty.write(key));
};
const alive = (pid: number): boolean => existsSync(`/proc/${pid}/stat`);
/** The process whose id the shell of the pane prints. */
async function shellPid(outer: Outer): Promise<number> {
  outer.pty.write('echo pid $$ of $PPID\r');
  await outer.until(/^pid \d+ of \d+$/m);
  return Number(/^pid (\d+)/m.exec(outer.shown())?.[1]);
}
const gone = (pid: number): Promise<boolean> => until(`${pid} still runs`, () => !alive(pid));

test('a crash in the chrome leaves the terminal as it was, and no program behind', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  const pid = await shellPid(outer);
  await pressed(outer, 'x');
  await outer.until(/a bug in the chrome[^]*RESTORED\nSTATUS 1/);
  left(outer);
  await gone(pid);
});

test('a program that ignores the hang-up is ended all the same', async () => {
  const outer = start('bash --norc -c "trap \\"\\" HUP TERM INT; echo pid \\$\\$ of x; while :; do sleep 1; done"');
  await outer.until(/^pid \d+/m);
  await pressed(outer, 'q');
  await outer.until(/RESTORED\nSTATUS 137/);
  left(outer);
});

test('what a program prints last is seen, however fast it ends', async () => {
  for (let times = 0; times < 5; times += 1) {
    const outer = start('bash -c "seq 4000; echo last words"');
    await outer.until(/RESTORED/);
    assert.match(outer.raw(), /last words/);
  }
});

test('Ctrl-Z in the chrome and SIGTSTP stop it, and fg goes on', async () => {
  const outer = startOuter(['bash', '--norc', '-i']);
  await outer.until(/[$#]/);
  outer.pty.write(`stty -g > $HOME/before; '${process.execPath}' '${PROGRAM}' bash --norc\r`);
  await outer.until(/\[pane\]/);
  const pid = await shellPid(outer);
  for (const stop of [
    () => pressed(outer, 'z'),
    async () => outer.pty.write('kill -TSTP $PPID\r'),
    async () => outer.pty.write('kill -STOP $PPID\r'),
  ]) {
    await stop();
    // What is typed before the prompt is there may still be read by the program.
    await outer.until(/Stopped[^]*^bash-\S+[$#]$/m);
    assert.ok(alive(pid));
    outer.pty.write('fg\r');
    await outer.until(/^pid \d+ of[^]*\[(pane|reserved)\]/m);
    outer.pty.write('\u001d');
    await outer.until(/\[reserved\]/);
    outer.pty.write(' ');
    await outer.until(/\[pane\]/);
    outer.pty.write('clear; echo pid $$ of again; stty -a | grep -o -- -icanon\r');
    await outer.until(/^pid \d+ of again\n/m);
  }
  outer.pty.write('exit\r');
  await outer.until(/^(?![^]*\[pane\])[^]*[$#]$/);
  outer.pty.write('clear; stty -g | diff - $HOME/before && echo RESTORED\r');
  await outer.until(/^RESTORED/m);
  outer.pty.write('exit\r');
  await outer.ended();
});

test('alone on its terminal it cannot be stopped: nobody could let it go on', async () => {
  const outer = startOuter([process.execPath, PROGRAM, 'bash', '--norc']);
  await outer.until(/[$#]/);
  await pressed(outer, 'z');
  await outer.until(/\[pane\]/);
  outer.pty.write('echo still $((40+2))\r');
  await outer.until(/^still 42/m);
  outer.pty.write('exit\r');
  await outer.ended();
});

test('a lost terminal ends it by a hang-up, and its program with it', async () => {
  const outer = startOuter([process.execPath, PROGRAM, 'bash', '--norc']);
  await outer.until(/[$#]/);
  const pid = await shellPid(outer);
  outer.pty.hangUp();
  assert.deepEqual(await outer.ended(), { status: 0, signal: 1 });
  await gone(pid);
});

test('a stalled terminal does not keep it from ending', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  const pid = await shellPid(outer);
  const own = Number(/^pid \d+ of (\d+)/m.exec(outer.shown())?.[1]);
  outer.pty.write('n=0; while :; do echo $((n++)) $RANDOM $RANDOM $RANDOM $RANDOM $RANDOM $RANDOM $RANDOM; done\r');
  await outer.until(/^(\d+ ?){8}$/m);
  outer.pty.pause();
  await sleep(500);
  process.kill(own, 'SIGTERM');
  await gone(own);
  await gone(pid);
  outer.pty.resume();
  await outer.until(/STATUS 143/);
});

test("lent to a program, the terminal is that one's: Ctrl-C ends only what it is meant for", async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  await pressed(outer, 'f');
  await outer.until(/^(?![^]*\[(pane|reserved)\])[^]*[$#]/);
  outer.pty.write('trap "echo got it" INT; tty\r');
  await outer.until(/^\/dev\/pts/m);
  outer.pty.write('\u0003');
  await outer.until(/^got it/m);
  outer.pty.write('exit\r');
  await outer.until(/\[(pane|reserved)\]/);
  outer.pty.write(' exit\r');
  await outer.until(/RESTORED\nSTATUS 0/);
  left(outer);
});

for (const [name, on] of [
  ['with', true],
  ['without', false],
] as const)
  test(`100 kB of paste come through byte by byte, ${name} marks`, async () => {
    const file = join(scratchDirectory('paste'), 'got');
    const text = Array.from(
      { length: 3000 },
      (_, at) => `line ${at} \u001d日本 \u001b[A é ${'x'.repeat(at % 10)}\r`,
    ).join('');
    const marked = `\u001b[200~${text}\u001b[201~`;
    const expected = Buffer.from(on ? marked : text);
    const outer = start(
      `bash -c 'stty raw -echo; ${on ? 'printf "\\033[?2004h"; ' : ''}echo READY; head -c ${expected.length} >${file}; stty sane'`,
    );
    await outer.until(/READY/);
    await sleep(100);
    outer.pty.write(marked);
    await outer.until(/RESTORED/);
    assert.ok(readFileSync(file).equals(expected));
  });

test('a terminal that lies about its size is drawn on as far as there is memory', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  for (const [columns, rows] of [
    [65_535, 65_535],
    [1, 1],
    [2, 1],
    [65_535, 1],
    [80, 24],
  ] as const) {
    outer.pty.resize(columns, rows);
    await sleep(300);
  }
  outer.pty.write('clear; echo still $((40+2))\r');
  await outer.until(/^still 42/m);
  outer.pty.write('exit\r');
  await outer.until(/RESTORED/);
});
