/** A program on a terminal that we hold, and what is given to it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startOnPty } from '../../src/terminal/pty.ts';
import { until } from '../support/patience.ts';
import { scratchDirectory } from '../support/scratch.ts';

test('answers that a program does not read are dropped, and what is typed comes behind those that were not', async () => {
  const directory = scratchDirectory('pty');
  const script =
    'stty raw -echo; printf READY; until [ -e go ]; do sleep 0.05; done; IFS= read -rd Z text; echo "got ${#text}."';
  const environment = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const started = startOnPty({ command: ['bash', '-c', script], environment, directory, columns: 80, rows: 24 });
  assert.ok(started.ok);
  const pty = started.value;
  let printed = '';
  pty.onData(bytes => (printed += bytes.toString('latin1')));
  try {
    await until('it does not start', () => printed.includes('READY'));
    for (let count = 0; count < 1000; count += 1) pty.answer('x'.repeat(1024));
    pty.write('Z');
    writeFileSync(join(directory, 'go'), '');
    const got = await until(
      'nothing is told',
      () => /got (\d+)\./.exec(printed),
      () => printed,
    );
    assert.ok(Number(got[1]) > 1024 && Number(got[1]) <= 256 * 1024, got[0]);
  } finally {
    pty.hangUp();
  }
});
