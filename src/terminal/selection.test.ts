import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeReading } from './reading.ts';
import { makeScreen } from './screen.ts';

async function reading(text: string, scrollback = 100) {
  const screen = makeScreen({ columns: 20, rows: 4, scrollback, newLineMode: true });
  const write = (more: string): Promise<void> => new Promise(resolve => screen.write(more, resolve));
  await write(text);
  return { write, screen, ...makeReading(screen.terminal, () => undefined) };
}

test('a selection begins at the last line in view, grows either way, and begins anew where it has come to', async () => {
  const { select, scroll, text, selected } = await reading('1\n2\n3\n4\n5\n\n');
  assert.equal(text(), '1\n2\n3\n4\n5\n');
  select();
  assert.equal(text(), '5\n');
  scroll(2);
  assert.equal(text(), '3\n4\n5\n');
  select();
  scroll(-1);
  assert.equal(text(), '3\n4\n');
  assert.equal(selected(), 2);
  scroll(1000);
  assert.equal(text(), '1\n2\n3\n');
});

test('what is selected comes into view, and its lines are the same while more is printed', async () => {
  const { select, scroll, text, scrolledBack, write, search } = await reading(
    Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n'),
  );
  search('line 10', 'up');
  select();
  scroll(8);
  assert.equal(scrolledBack(), 24);
  await write('\nmore'.repeat(50));
  assert.match(text(), /^line 2\n(.*\n){7}line 10\n$/);
});

test('lines that are dropped leave the selection; it ends with the reading', async () => {
  const { select, scroll, text, write, unmark, end, selected, scrolledBack } = await reading('1\n2\n3\n4\n5', 2);
  select();
  scroll(4);
  assert.equal(text(), '1\n2\n3\n4\n5\n');
  await write('\n6\n7\n8');
  assert.equal(text(), '3\n4\n5\n');
  assert.equal(unmark(), 'selection');
  assert.equal(unmark(), null);
  scroll(1);
  select();
  end();
  assert.deepEqual([selected(), scrolledBack()], [0, 0]);
});
