/** A program on a terminal that we hold, and what is given to it. */
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Pty, startOnPty } from '../../src/terminal/pty.ts';
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

/** A program on a terminal, whose output is kept. */
function begun(script: string): {
  readonly pty: Pty;
  readonly printed: () => string;
  readonly status: () => number | null;
} {
  const environment = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const started = startOnPty({ command: ['bash', '-c', script], environment, directory: '/', columns: 80, rows: 24 });
  assert.ok(started.ok);
  let printed = '';
  let ended: number | null = null;
  started.value.onData(bytes => (printed += bytes.toString('latin1')));
  started.value.onExit(status => (ended = status));
  return { pty: started.value, printed: () => printed, status: () => ended };
}

test("a terminal is no other program's: one that is started later does not hold it, and a hang-up arrives while that runs", async () => {
  const first = begun("trap 'exit 7' HUP; echo READY; while :; do sleep 0.05; done");
  const second = begun('echo READY; read -r line');
  try {
    await until('both run', () => first.printed().includes('READY') && second.printed().includes('READY'));
    const held = readdirSync(`/proc/${second.pty.pid}/fd`).map(fd => readlinkSync(`/proc/${second.pty.pid}/fd/${fd}`));
    assert.deepEqual(
      held.filter(target => target.endsWith('ptmx')),
      [],
    );
    first.pty.hangUp();
    assert.equal(await until('it is not told of the hang-up', () => first.status()), 7);
    assert.equal(second.status(), null);
  } finally {
    for (const { pty } of [first, second]) {
      pty.hangUp();
      pty.kill();
    }
  }
});
