/** What V8 compiled is kept beside the program (src/cli/kept-code.ts): a run is the same with it, without it, and with a broken one. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { PROJECT, runCommand } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { smallBuild } from '../support/small-build.ts';

const skip = missing('static-bash', 'static-busybox', 'user-namespaces');

/** A copy of the program in which nothing was compiled yet. */
function freshProgram(): string {
  const directory = scratchDirectory('kept-code');
  mkdirSync(join(directory, 'dist'));
  for (const name of readdirSync(join(PROJECT, 'dist')).filter(each => !each.endsWith('.cache')))
    cpSync(join(PROJECT, 'dist', name), join(directory, 'dist', name));
  cpSync(join(PROJECT, 'nix-build-shell'), join(directory, 'nix-build-shell'));
  symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

const kept = (directory: string): readonly string[] =>
  readdirSync(join(directory, 'dist')).filter(name => name.includes('.cache'));

test('the first run keeps it, the next ones use it, and a broken one is replaced', { skip }, () => {
  const directory = freshProgram();
  const build = smallBuild();
  const run = (): void => {
    const command = [
      join(directory, 'nix-build-shell'),
      '--store',
      build.store,
      build.directory,
      'bash',
      '-c',
      'id -u; exit 3',
    ];
    const { status, stdout, stderr } = runCommand(command);
    assert.equal(stderr.toString(), '');
    assert.equal(stdout.toString(), '1000\n');
    assert.equal(status, 3);
  };
  assert.deepEqual(kept(directory), []);
  run();
  const [name = '', ...more] = kept(directory);
  assert.deepEqual(more, []);
  const path = join(directory, 'dist', name);
  const first = readFileSync(path);
  assert.ok(first.length > 10_000);
  run();
  assert.deepEqual(readFileSync(path), first);
  for (const broken of [Buffer.alloc(0), Buffer.from('garbage'), first.subarray(0, first.length / 2)]) {
    writeFileSync(path, broken);
    run();
    assert.deepEqual(kept(directory), [name]);
    assert.ok(readFileSync(path).length > 10_000);
    run();
  }
});

test('only a run keeps it, and a run of another kind adds what it needs', { skip }, () => {
  const directory = freshProgram();
  const build = smallBuild();
  const status = (...words: readonly string[]): number | null =>
    runCommand([join(directory, 'nix-build-shell'), ...words]).status;
  assert.equal(status('--no-such-option'), 2);
  assert.equal(status('/nonexistent', 'true'), 125);
  assert.deepEqual(kept(directory), []);
  assert.equal(status('--store', build.store, build.directory, 'true'), 0);
  const [name = ''] = kept(directory);
  const first = readFileSync(join(directory, 'dist', name));
  assert.equal(status('--copy=copy', '--store', build.store, build.directory, 'true'), 0);
  const second = readFileSync(join(directory, 'dist', name));
  assert.ok(second.length > first.length);
  assert.equal(status('--store', build.store, build.directory, 'true'), 0);
  assert.deepEqual(readFileSync(join(directory, 'dist', name)), second);
});
