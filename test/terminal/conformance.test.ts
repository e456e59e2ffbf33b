/**
 * Real programs, drawn by the pane: their own byte stream goes into a bare terminal, and through pane and compositor into another; after each
 * read both must show the same cells and the same cursor.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Cursor, difference } from '../../src/terminal/compositor.ts';
import { type Grid, makeGrid } from '../../src/terminal/grid.ts';
import { type Pty, startOnPty } from '../../src/terminal/pty.ts';
import { makeScreen, type Screen } from '../../src/terminal/screen.ts';
import { scratchDirectory } from '../support/scratch.ts';

const COLUMNS = 100;
const ROWS = 30;

interface Session {
  readonly name: string;
  readonly command: readonly string[];
  /** Keys, each after the program went quiet; `[columns, rows]` is a resize. */
  readonly keys: readonly (string | readonly [number, number])[];
}

const home = scratchDirectory('conformance');
mkdirSync(join(home, 'dir'), { recursive: true });
const file = join(home, 'text.c');
writeFileSync(
  file,
  Array.from(
    { length: 400 },
    (_, at) => `int line_${at}(void) { return ${at}; } /* 日本語 é ${'─'.repeat(at % 40)} */\n`,
  ).join(''),
);

const SESSIONS: readonly Session[] = [
  {
    name: 'bash',
    command: ['bash', '--norc', '-i'],
    keys: [
      'ls -la --color=always /\r',
      'printf "\\e[1;38;5;200mcolour\\e[0m 日本\\n"\r',
      'echo one two\u0001\u001b[C\u000b',
      'x\u0003',
      [70, 20],
      'ls /usr/bin | head -100\r',
      'exit\r',
    ],
  },
  {
    name: 'vim',
    command: ['vim', '-n', '-u', 'NONE', '-N', '+syntax on', file],
    keys: [
      'jjj',
      '\u0006',
      ':set number\r',
      '/line_200\r',
      'dd',
      'ihello 日本 \u001b',
      ':split\r',
      [80, 24],
      [120, 40],
      'G',
      ':qa!\r',
    ],
  },
  { name: 'less', command: ['less', file], keys: ['  ', '/line_77\r', 'G', 'g', [60, 15], 'q'] },
  { name: 'htop', command: ['htop', '-d', '100'], keys: ['\u001b[B', 'h', 'q', 'q'] },
  { name: 'mc', command: ['mc', '-b', '-d', home, '/'], keys: ['\t', '\u001b[B\u001b[B', '\u001b[21~', '\r'] },
];

const quiet = (pty: Pty, ms: number): Promise<void> =>
  new Promise(resolve => {
    let timer = setTimeout(resolve, ms);
    pty.onData(() => {
      clearTimeout(timer);
      timer = setTimeout(resolve, ms);
    });
  });

const written = (screen: Screen, bytes: Uint8Array | string): Promise<void> =>
  new Promise(resolve => screen.write(bytes, resolve));

function look(screen: Screen, columns: number, rows: number): Grid {
  const grid = makeGrid(columns, rows);
  screen.copyTo(grid, 0, 0, columns, rows);
  return grid;
}

for (const { name, command, keys } of SESSIONS)
  test(`${name} looks the same in the pane as in a bare terminal`, {
    skip: !existsSync(`/usr/bin/${name}`) && `no ${name} here`,
  }, async () => {
    let [columns, rows] = [COLUMNS, ROWS];
    const started = startOnPty({
      command,
      environment: {
        PATH: process.env['PATH'],
        HOME: home,
        TERM: 'xterm-256color',
        LANG: 'C.UTF-8',
        LESSHISTFILE: '-',
      },
      directory: '/',
      columns,
      rows,
    });
    assert.ok(started.ok);
    const pty = started.value;
    const bare = makeScreen({ columns, rows, scrollback: 100, onAnswer: text => pty.write(text) });
    const pane = makeScreen({ columns, rows, scrollback: 100 });
    const outer = makeScreen({ columns, rows, scrollback: 0 });
    let shown: Grid | null = null;
    let cursor: Cursor = null;
    let frames = 0;
    const paint = async (): Promise<void> => {
      const wanted = look(pane, columns, rows);
      const next = pane.modes.on.has(25) ? pane.cursor() : null;
      await written(outer, difference(shown, wanted, cursor, next));
      [shown, cursor] = [wanted, next];
      const [expected, seen] = [look(bare, columns, rows), look(outer, columns, rows)];
      frames += 1;
      assert.deepEqual(seen.text, expected.text, `${name}, frame ${frames}`);
      assert.deepEqual(seen.foreground, expected.foreground, `${name}, frame ${frames}: colours`);
      assert.deepEqual(seen.background, expected.background, `${name}, frame ${frames}: backgrounds`);
      if (next !== null) assert.deepEqual(outer.cursor(), bare.cursor());
      assert.equal(outer.modes.on.has(25), bare.modes.on.has(25));
    };
    let work: Promise<void> = Promise.resolve();
    pty.onData(bytes => {
      work = work.then(async () => {
        await written(bare, bytes);
        await written(pane, bytes);
        await paint();
      });
    });
    const ended = new Promise<void>(resolve => pty.onExit(() => resolve()));
    for (const key of keys) {
      await quiet(pty, 150);
      await work;
      if (typeof key === 'string') pty.write(key);
      else {
        [columns, rows] = key;
        for (const screen of [bare, pane, outer]) screen.resize(columns, rows);
        pty.resize(columns, rows);
      }
    }
    const late = setTimeout(() => pty.hangUp(), 3000);
    await ended;
    clearTimeout(late);
    await work;
    assert.ok(frames > keys.length / 2, `${frames} frames`);
  });
