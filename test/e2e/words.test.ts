/** What the command line says to people who type it: wherever an option stands, whatever they forgot, into whatever pipe. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { programFor, run, runCommand } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';

/** A kept directory whose shell is in no store. */
function keptBuild(): string {
  const directory = join(scratchDirectory('words'), 'nix-build-x-1.0.drv-0');
  mkdirSync(directory);
  const shell = '/nix/store/00000000000000000000000000000000-bash/bin/bash';
  writeFileSync(join(directory, 'env-vars'), `declare -x SHELL="${shell}"\ndeclare -x NIX_BUILD_TOP="/build"\n`);
  return directory;
}

const text = ({ stdout, stderr }: ReturnType<typeof run>): string => stdout.toString() + stderr.toString();

test('an option before a subcommand means what it means behind it', () => {
  const kept = keptBuild();
  const before = run(['--store', '/nowhere', 'show', '--json', kept]);
  assert.match(text(before), /lstat\(\\"\/nowhere\/nix/);
  assert.equal(text(before), text(run(['show', '--json', '--store', '/nowhere', kept])));
});

test('show tells of a build that cannot be entered, and does not say how to enter it', () => {
  const shown = text(run(['show', keptBuild()]));
  assert.match(shown, /^environment {2}2 variables, from /m);
  assert.match(shown, /cannot use the build's shell/);
  assert.doesNotMatch(shown, /Enter:/);
});

test('list takes a relative directory, and says which one cannot be listed', () => {
  const kept = keptBuild();
  const parent = dirname(kept);
  const relative = run(['list', '.'], { cwd: parent });
  assert.match(text(relative), new RegExp(`x-1\\.0 .*${kept}`));
  assert.equal(relative.status, 0);
  const missing = run(['list', 'nosuch', '.'], { cwd: parent });
  assert.match(missing.stderr.toString(), /^nix-build-shell: cannot look into .*\/nosuch: opendir.* = ENOENT\n$/);
  assert.match(missing.stdout.toString(), /x-1\.0/);
  assert.equal(missing.status, 125);
});

test('a reader that has read enough is no news', () => {
  const script = '{ "$0" --help; echo "$?" >&2; } | true';
  const { stderr } = runCommand(['bash', '-c', script, programFor(null)]);
  assert.match(stderr.toString(), /^(141|0)\n$/);
});

test('help fits in 80 columns', () => {
  for (const words of [['--help'], ['list', '--help'], ['plan', '--help'], ['doctor', '--help']]) {
    const long = run(words)
      .stdout.toString()
      .split('\n')
      .filter(line => line.length > 80);
    assert.deepEqual(long, []);
  }
});
