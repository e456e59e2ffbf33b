/**
 * Real programs, drawn by the pane: their own byte stream (fixtures/terminal) goes into a bare terminal, and through pane and compositor into
 * another; after each frame both must show the same cells and the same cursor, and be in the same modes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cursor, difference } from '../../src/terminal/compositor.ts';
import { cellAt, type Grid, makeGrid } from '../../src/terminal/grid.ts';
import { type Modes, mouseMode } from '../../src/terminal/modes.ts';
import { makeOuter } from '../../src/terminal/outer.ts';
import { makeScreen, type Screen } from '../../src/terminal/screen.ts';
import { castNames, readCast } from '../support/cast.ts';

const written = (screen: Screen, bytes: Uint8Array | string): Promise<void> =>
  new Promise(resolve => screen.write(bytes, resolve));

function look(screen: Screen, columns: number, rows: number): Grid {
  const grid = makeGrid(columns, rows);
  screen.copyTo(grid, 0, 0, columns, rows);
  return grid;
}

/** The text, row by row. */
function lines(grid: Grid): readonly string[] {
  const row = (y: number): string =>
    Array.from({ length: grid.columns }, (_, x) => cellAt(grid, y * grid.columns + x).text).join('');
  return Array.from({ length: grid.rows }, (_, y) => row(y));
}

/** All that a cell has besides. */
function looks(grid: Grid): readonly string[] {
  return Array.from({ length: grid.columns * grid.rows }, (_, at) =>
    Object.values(cellAt(grid, at)).slice(1).join(' '),
  );
}

/** What a person notices of the modes: which keys and reports the program gets. */
function noticed(modes: Modes): readonly unknown[] {
  const keys = [1, 1004].map(mode => modes.on.has(mode));
  return [...keys, mouseMode(modes), modes.keypad, modes.cursorStyle];
}

/** A terminal that is drawn on by the compositor alone, and switched by what follows the pane's modes. */
function drawnTerminal(columns: number, rows: number) {
  const screen = makeScreen({ columns, rows, scrollback: 0 });
  let switches = '';
  const nothing = (): void => undefined;
  const input = { isRaw: true, setRawMode: nothing, pause: nothing, resume: nothing };
  const output = { on: nothing, write: (text: string) => ((switches += text), true) };
  const outer = makeOuter(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream, {
    allowMouse: true,
    lost: nothing,
  });
  outer.enter();
  let shown: Grid | null = null;
  let cursor: Cursor = null;
  return {
    screen,
    paint: async (pane: Screen, wanted: Grid) => {
      outer.follow(pane.modes);
      const next = pane.modes.on.has(25) ? pane.cursor() : null;
      await written(screen, switches);
      await written(screen, difference(shown, wanted, cursor, next));
      [shown, cursor, switches] = [wanted, next, ''];
    },
  };
}

/** Plays a recording; a frame is made after every `each` reads. @returns how many there were */
async function play(name: string, each: number): Promise<number> {
  const { events, ...size } = readCast(name);
  let { columns, rows } = size;
  const bare = makeScreen({ columns, rows, scrollback: 100 });
  const pane = makeScreen({ columns, rows, scrollback: 100 });
  const drawn = drawnTerminal(columns, rows);
  let frames = 0;
  let reads = 0;
  for (const event of events) {
    if (event.kind === 'resize') {
      ({ columns, rows } = event);
      for (const screen of [bare, pane, drawn.screen]) screen.resize(columns, rows);
    }
    if (event.kind !== 'output') continue;
    await written(bare, event.text);
    await written(pane, event.text);
    if ((reads += 1) % each !== 0) continue;
    frames += 1;
    await drawn.paint(pane, look(pane, columns, rows));
    const [expected, seen] = [look(bare, columns, rows), look(drawn.screen, columns, rows)];
    const where = `${name}, frame ${frames}`;
    assert.deepEqual(lines(seen), lines(expected), where);
    assert.deepEqual(looks(seen), looks(expected), `${where}: colours and attributes`);
    const hidden = !bare.modes.on.has(25);
    assert.equal(!drawn.screen.modes.on.has(25), hidden, where);
    if (!hidden) assert.deepEqual(drawn.screen.cursor(), bare.cursor(), where);
    assert.deepEqual(noticed(drawn.screen.modes), noticed(bare.modes), `${where}: modes`);
  }
  return frames;
}

for (const name of castNames())
  test(`${name} looks the same in the pane as in a bare terminal`, async () => {
    assert.ok((await play(name, 1)) > 5);
    // The terminal is slower than the program.
    await play(name, 7);
  });

test('there is a recording of every program that the pane is made for', () => {
  const names = castNames();
  for (const name of ['bash', 'vim', 'less', 'htop', 'mc', 'tmux', 'fzf', 'gdb']) assert.ok(names.includes(name), name);
});
