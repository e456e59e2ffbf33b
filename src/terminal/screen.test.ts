import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BG, type Cell, COLOUR, cellAt, FG, type Grid, makeGrid, UNDERLINE } from './grid.ts';
import { mouseMode } from './modes.ts';
import { makeScreen, type Screen, type ScreenOptions } from './screen.ts';

function screen(more: Partial<ScreenOptions> = {}): Screen {
  return makeScreen({ columns: 20, rows: 4, scrollback: 100, ...more });
}
const cells = (grid: Grid): readonly Cell[] =>
  Array.from({ length: grid.columns * grid.rows }, (_, at) => cellAt(grid, at));
const texts = (grid: Grid): readonly string[] => cells(grid).map(({ text }) => text);
const write = (of: Screen, text: string): Promise<void> => new Promise(resolve => of.write(text, resolve));

test("cells are packed as this room unpacks them (xterm's own form, of the pinned version)", async () => {
  const of = screen();
  await write(
    of,
    '\u001b[1;3;4;7mA\u001b[0;2;9;53mB\u001b[0;31;44mC\u001b[0;38;5;200mD\u001b[0;48;2;1;2;3mE\u001b[0;5;8mF',
  );
  const grid = makeGrid(20, 4);
  of.copyTo(grid, 0, 0, 20, 4);
  assert.deepEqual(texts(grid).slice(0, 7), ['A', 'B', 'C', 'D', 'E', 'F', ' ']);
  assert.equal(cellAt(grid, 0).foreground, FG.bold | FG.underline | FG.inverse);
  assert.equal(cellAt(grid, 0).background, BG.italic);
  assert.equal(cellAt(grid, 1).foreground, FG.strike);
  assert.equal(cellAt(grid, 1).background, BG.dim | BG.overline);
  assert.equal(cellAt(grid, 2).foreground, COLOUR.palette16 | 1);
  assert.equal(cellAt(grid, 2).background, COLOUR.palette16 | 4);
  assert.equal(cellAt(grid, 3).foreground, COLOUR.palette256 | 200);
  assert.equal(cellAt(grid, 4).background, COLOUR.rgb | 0x010203);
  assert.equal(cellAt(grid, 5).foreground, FG.blink | FG.invisible);
});

test('underlines keep their style and colour; plain ones, and colours without a line, are nothing of their own', async () => {
  const of = screen();
  await write(
    of,
    '\u001b[4mA\u001b[4:3mB\u001b[58:2::1:2:3mC\u001b[58;5;9mD\u001b[21mE\u001b[59mF\u001b[24;58:5:3mG\u001b[0m\u001b]8;;http://x\u0007L',
  );
  const grid = makeGrid(20, 4);
  of.copyTo(grid, 0, 0, 20, 4);
  const style = (number: number): number => number << UNDERLINE.styleShift;
  assert.deepEqual(
    cells(grid)
      .slice(0, 8)
      .map(({ underline }) => underline),
    [
      0,
      style(3),
      style(3) | COLOUR.rgb | 0x010203,
      style(3) | COLOUR.palette256 | 9,
      style(2) | COLOUR.palette256 | 9,
      style(2),
      0,
      0,
    ],
  );
});

test('half a wide character at the edge of what is copied is a blank', async () => {
  const of = screen();
  await write(of, 'ab日');
  const grid = makeGrid(3, 1);
  of.copyTo(grid, 0, 0, 3, 1);
  assert.deepEqual(texts(grid), ['a', 'b', ' ']);
});

test('modes are noted, and a reset clears them', async () => {
  const of = screen();
  await write(of, '\u001b[?1h\u001b=\u001b[?1002;1006h\u001b[?2004h\u001b[?25l\u001b[3 q');
  assert.deepEqual(
    [...of.modes.on].sort((a, b) => a - b),
    [1, 1002, 1006, 2004],
  );
  assert.equal(of.modes.keypad, true);
  assert.equal(of.modes.cursorStyle, 3);
  assert.equal(mouseMode(of.modes), 1002);
  await write(of, '\u001b[?1003h');
  assert.equal(mouseMode(of.modes), 1003);
  await write(of, '\u001b[?1000l');
  assert.equal(mouseMode(of.modes), null);
  await write(of, '\u001bc');
  assert.deepEqual([...of.modes.on], [25]);
  assert.equal(of.modes.keypad, false);
});

test('a clipboard write is told to nobody but who asked, and a question for it is never answered', async () => {
  const wrote: string[] = [];
  const answers: string[] = [];
  const of = screen({ onClipboard: base64 => wrote.push(base64), onAnswer: text => answers.push(text) });
  await write(of, '\u001b]52;c;aGk=\u0007\u001b]52;c;?\u0007');
  assert.deepEqual(wrote, ['aGk=']);
  assert.deepEqual(answers, []);
});

test('device attributes and the cursor position are answered, the title is not', async () => {
  const answers: string[] = [];
  const of = screen({ onAnswer: text => answers.push(text) });
  await write(of, '\u001b]0;rm -rf\u0007\u001b[21t\u001b[c\u001b[6n');
  assert.deepEqual(answers, ['\u001b[?1;2c', '\u001b[1;1R']);
});

test('what is written is worked off at once: not a timer later', () => {
  const of = screen();
  let parsed = false;
  of.write('now', () => (parsed = true));
  assert.ok(parsed);
  const grid = makeGrid(20, 4);
  of.copyTo(grid, 0, 0, 20, 4);
  assert.deepEqual(texts(grid).slice(0, 4), ['n', 'o', 'w', ' ']);
});

test('output leaves the view where a person has scrolled to, and is no input of the program', () => {
  const answers: string[] = [];
  const of = screen({ onAnswer: text => answers.push(text) });
  of.write('1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n');
  of.terminal.scrollLines(-2);
  const { viewportY } = of.terminal.buffer.active;
  of.write('7\r\n');
  assert.equal(of.terminal.buffer.active.viewportY, viewportY);
  assert.deepEqual(answers, []);
});
