/** What comes through between a pane's program and a real terminal, in either direction, and what does not. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { left, pressed, start } from '../support/outer-terminal.ts';
import { scratchDirectory } from '../support/scratch.ts';

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

test('what a program prints last is seen, however fast it ends', async () => {
  for (let times = 0; times < 5; times += 1) {
    const outer = start('bash -c "seq 4000; echo last words"');
    await outer.until(/RESTORED/);
    assert.match(outer.raw(), /last words/);
  }
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
