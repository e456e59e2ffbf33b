/** The UI as words: for screen readers and terminals that cannot be drawn on. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { run } from '../support/program.ts';
import type { PtyOptions } from '../support/pty.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { smallBuild } from '../support/small-build.ts';
import { inPty, uiCommand } from '../support/ui-pty.ts';

const need = { skip: missing('static-bash', 'static-busybox', 'user-namespaces') };

const WAYS: readonly (readonly [how: string, words: readonly string[], env: NonNullable<PtyOptions['env']>])[] = [
  ['--plain', ['--plain'], {}],
  ['TERM=dumb', [], { TERM: 'dumb' }],
  ['INK_SCREEN_READER=true', [], { INK_SCREEN_READER: 'true' }],
  ['INK_SCREEN_READER=1', [], { INK_SCREEN_READER: '1' }],
];

for (const [how, words, env] of WAYS)
  test(`${how}: words alone, and no escape sequence, box or carriage return that draws over them`, need, async () => {
    let bytes = '';
    const command = [...uiCommand(smallBuild()), ...words];
    const pty = inPty(command, { env, rows: 60, onBytes: part => (bytes += Buffer.from(part).toString('utf8')) });
    const [, number = ''] = /^(\d+)\. small-1\.0, /m.exec(await pty.shows('What?')) ?? [];
    pty.type(`e${number}\r`);
    await pty.shows('/homeless-shelter');
    pty.type('99999\r');
    await pty.shows('There is no such build or command');
    pty.type('q\r');
    assert.deepEqual(await pty.ended(), { status: 0, signal: 0 });
    assert.doesNotMatch(bytes, /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u2500-\u259f]|\r(?!\n)/);
  });

test('in line mode a build is deleted after yes, and only then', need, async () => {
  const build = smallBuild();
  const pty = inPty([...uiCommand(build), '--plain'], { rows: 60 });
  const [, number = ''] = /^(\d+)\. small-1\.0, /m.exec(await pty.shows('What?')) ?? [];
  pty.type(`d${number}\r`);
  await pty.shows('Type yes');
  pty.type('\r');
  await pty.shows('It is kept');
  assert.ok(existsSync(build.directory));
  await pty.shows(/What\? *\n*$/);
  pty.type(`d${number}\r`);
  await pty.shows(/It is kept.*Type yes/s);
  pty.type('yes\r');
  await pty.shows('Deleted.');
  assert.equal(existsSync(build.directory), false);
  // The end of the input is the end.
  pty.type('\u0004');
  assert.deepEqual(await pty.ended(), { status: 0, signal: 0 });
});

test('a directory that was named and cannot be looked into is said', need, async () => {
  const gone = join(scratchDirectory('gone'), 'x');
  const { stderr } = run(['--ui', '--plain', gone]);
  const line = `cannot look into ${gone}: opendir("${gone}") = ENOENT`;
  assert.equal(stderr.toString(), `nix-build-shell: ${line}\n`);
  const pty = inPty(uiCommand(smallBuild(), [gone]), { columns: 200 });
  await pty.shows(line);
  pty.type('q');
  assert.deepEqual(await pty.ended(), { status: 0, signal: 0 });
});

test('without a terminal the list is printed, also of a relative directory, and that is all', need, () => {
  const build = smallBuild();
  for (const words of [
    ['--ui', '--plain', '--store', build.store],
    ['--store', build.store, '--ui', '--plain'],
    [`--store=${build.store}`, '--ui', '--plain'],
  ]) {
    const options = { cwd: dirname(build.directory), env: { TMPDIR: '/nowhere' } };
    const { status, stdout, stderr } = run([...words, basename(build.directory)], options);
    assert.equal(stderr.toString(), '');
    assert.match(stdout.toString(), /^\d+\. small-1\.0, /m);
    assert.doesNotMatch(stdout.toString(), /What\?/);
    assert.equal(status, 0);
  }
});
