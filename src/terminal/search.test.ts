import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cell, cellAt, FG, makeGrid } from './grid.ts';
import type { Direction } from './hits.ts';
import { makeScreen, type Screen } from './screen.ts';
import { textOf } from './scrollback.ts';
import { type Found, makeSearch } from './search.ts';

const write = (of: Screen, text: string): Promise<void> => new Promise(resolve => of.write(text, resolve));

/** A screen of 20 columns and 4 rows, what is on it, and a search in it. */
async function screenWith(text: string, { columns = 20, rows = 4, scrollback = 1000 } = {}) {
  const screen = makeScreen({ columns, rows, scrollback, newLineMode: true });
  await write(screen, text);
  const search = makeSearch(screen.terminal);
  /** What is shown: the hit that was found last in brackets, the other ones between lines. */
  const shown = (): string => {
    const grid = makeGrid(columns, rows);
    screen.copyTo(grid, 0, 0, columns, rows);
    search.mark(grid, 0, 0, columns, rows);
    const cells = Array.from({ length: columns * rows }, (_, at) => cellAt(grid, at));
    const lines = Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns).map(marked));
    return lines.map(line => line.join('').replaceAll('][', '').replaceAll('||', '').trimEnd()).join('\n');
  };
  const find = (wanted: string, ...directions: readonly Direction[]): readonly Found[] =>
    directions.map(direction => search.find(wanted, direction));
  return { screen, search, find, shown };
}

function marked({ text, foreground }: Cell): string {
  if (text === '') return '';
  if ((foreground & FG.inverse) !== 0) return `[${text}]`;
  return (foreground & FG.underline) !== 0 ? `|${text}|` : text;
}

test('hits on the visible screen come first, the lowest one upwards, several in a line from its end', async () => {
  const { find, shown } = await screenWith('one two\none one\nend');
  assert.deepEqual(find('one', 'up'), ['found']);
  assert.equal(shown(), '|one| two\n|one| [one]\nend\n');
  assert.deepEqual(find('one', 'up'), ['found']);
  assert.equal(shown(), '|one| two\n[one] |one|\nend\n');
  assert.deepEqual(find('one', 'up'), ['found']);
  assert.equal(shown(), '[one] two\n|one| |one|\nend\n');
  assert.deepEqual(find('one', 'up'), ['wrapped']);
  assert.equal(shown(), '|one| two\n|one| [one]\nend\n');
});

test('downwards every hit has its turn as well, and behind the last one the first', async () => {
  const { find, shown } = await screenWith('a b a\nb a');
  assert.deepEqual(find('a', 'up', 'up', 'up'), ['found', 'found', 'found']);
  assert.equal(shown(), '[a] b |a|\nb |a|\n\n');
  assert.deepEqual(find('a', 'down', 'down'), ['found', 'found']);
  assert.equal(shown(), '|a| b |a|\nb [a]\n\n');
  assert.deepEqual(find('a', 'down'), ['wrapped']);
  assert.equal(shown(), '[a] b |a|\nb |a|\n\n');
});

test('every line of a long scrollback is found once, upwards and down again', async () => {
  const lines = Array.from({ length: 200 }, (_, at) => `line ${at + 1}`);
  const { find, shown, screen } = await screenWith(lines.join('\n'));
  const seen = (): number => Number(/\[line\] (\d+)/.exec(shown())?.[1]);
  const up: number[] = [];
  for (let at = 0; at < 200; at += 1) {
    assert.deepEqual(find('line', 'up'), ['found']);
    up.push(seen());
  }
  assert.deepEqual(
    up,
    Array.from({ length: 200 }, (_, at) => 200 - at),
  );
  for (let at = 2; at <= 200; at += 1) {
    assert.deepEqual(find('line', 'down'), ['found']);
    assert.equal(seen(), at);
  }
  // What is in view is not moved.
  assert.equal(screen.terminal.buffer.active.viewportY, screen.terminal.buffer.active.baseY);
});

test('a hit out of view comes to the middle; scrolled away, the search goes on from what is shown', async () => {
  const { find, shown, screen } = await screenWith(`x\n${'\n'.repeat(20)}x\n${'\n'.repeat(20)}x`);
  assert.deepEqual(find('x', 'up', 'up'), ['found', 'found']);
  assert.equal(shown(), '\n\n[x]\n');
  screen.terminal.scrollToBottom();
  assert.deepEqual(find('x', 'up'), ['found']);
  assert.equal(shown(), '\n\n\n[x]');
});

test('what is not there is nowhere, and an empty text is', async () => {
  const { find, shown } = await screenWith('one');
  assert.deepEqual(find('two', 'up', 'down'), ['nowhere', 'nowhere']);
  assert.deepEqual(find('', 'up'), ['nowhere']);
  assert.equal(shown(), 'one\n\n\n');
});

test('a capital makes case count; what means something in an expression means itself', async () => {
  const { find, shown } = await screenWith('Error error ÄB\na.b* axb [x]');
  find('error', 'up');
  assert.match(shown(), /^\|Error\| \[error\]/);
  find('Error', 'up');
  assert.match(shown(), /^\[Error\] error/);
  find('äb', 'up');
  assert.match(shown(), /\[ÄB\]$/m);
  find('a.b*', 'up');
  assert.match(shown(), /^\[a\.b\*\] axb \[x\]/m);
  for (const odd of ['(', '[', '\\', '{2}', '$', '^', '?', '|', '/', '-'])
    assert.deepEqual(find(odd, 'up'), [odd === '[' ? 'found' : 'nowhere'], odd);
});

test('wide characters, emoji and marks are found where they stand', async () => {
  const { find, shown } = await screenWith('日本語 日本\ne\u0301a 🚀 a');
  find('本', 'up', 'up');
  assert.equal(shown(), '日[本]語 日|本|\ne\u0301a 🚀 a\n\n');
  find('a', 'up', 'up');
  assert.equal(shown(), '日本語 日本\ne\u0301[a] 🚀 |a|\n\n');
  find('🚀', 'up');
  assert.equal(shown(), '日本語 日本\ne\u0301a [🚀] a\n\n');
});

test('a hit that goes over the end of a row is one, also where a wide character found no room', async () => {
  const { find, shown } = await screenWith('0123456789abcdef\n日本語日本', { columns: 7, rows: 6 });
  find('789a', 'up');
  assert.equal(shown(), '0123456\n[789a]bcd\nef\n日本語\n日本\n');
  find('6789abcde', 'up');
  assert.equal(shown(), '012345[6]\n[789abcd]\n[e]f\n日本語\n日本\n');
  find('語日', 'up');
  assert.equal(shown(), '0123456\n789abcd\nef\n日本[語 ]\n[日]本\n');
});

test('a hit of which only the end is in view is marked there', async () => {
  const { find, shown, screen } = await screenWith('0123456789\n\n\n\n\n', { columns: 5, rows: 3 });
  find('3456', 'up');
  screen.terminal.scrollToLine(1);
  assert.equal(shown(), '|56|789\n\n');
});

test('while more is printed the hit stays with its line, and is gone with it', async () => {
  const { find, shown, screen } = await screenWith('hit\n', { scrollback: 10 });
  find('hit', 'up');
  await write(screen, 'x\n'.repeat(8));
  assert.deepEqual(find('hit', 'up'), ['found']);
  assert.match(shown(), /\[hit\]/);
  // What is shown has stayed; the new one is below it.
  await write(screen, `${'x\n'.repeat(20)}hit\n`);
  assert.doesNotMatch(shown(), /hit/);
  assert.deepEqual(find('hit', 'up'), ['wrapped']);
  assert.match(shown(), /\[hit\]/);
});

test('a search ends, and on the alternate screen there is one as well', async () => {
  const { find, shown, search, screen } = await screenWith('one\none');
  find('one', 'up');
  await write(screen, '\u001b[?1049h\u001b[Htwo two');
  assert.deepEqual(find('two', 'up', 'up', 'up'), ['found', 'found', 'wrapped']);
  assert.equal(shown(), '|two| [two]\n\n\n');
  assert.deepEqual(find('one', 'up'), ['nowhere']);
  await write(screen, '\u001b[?1049l');
  search.clear();
  assert.equal(shown(), 'one\none\n\n');
});

test('a line of a megabyte, found at its ends', async () => {
  const { find } = await screenWith(`first ${'.'.repeat(1_000_000)} last`, { columns: 100, scrollback: 20_000 });
  assert.deepEqual(find('last', 'up'), ['found']);
  assert.deepEqual(find('first', 'up', 'up'), ['found', 'wrapped']);
});

test('rows as text: what the terminal wrapped is one line again', async () => {
  const { screen } = await screenWith('0123456789 \nx\n\n日本語日本\n\n', { columns: 5, rows: 3 });
  assert.equal(textOf(screen.terminal), '0123456789\nx\n\n日本語日本\n');
  assert.equal(textOf(screen.terminal, { from: 1, to: 4 }), '56789\nx\n');
});
