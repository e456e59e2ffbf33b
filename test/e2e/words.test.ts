/** What the command line says to people who type it: wherever an option stands, whatever they forgot, into whatever pipe. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { programFor, run, runCommand } from '../support/program.ts';
import { isQuick, timed } from '../support/quick.ts';
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
  assert.match(shown, /^environment {2}2 variables, from\s/m);
  assert.match(shown, /cannot use the build's shell/);
  assert.doesNotMatch(shown, /Enter:/);
});

test('a command that is mistyped is not taken for a directory', () => {
  for (const words of [['lisst'], ['shwo', '/tmp']]) {
    const { stderr, status } = run(words);
    assert.match(
      stderr.toString(),
      /^nix-build-shell: (lisst|shwo) is neither a directory nor a command \(list, [^\n]*\); '--help' tells more\n$/,
    );
    assert.equal(status, 2);
  }
  const parent = scratchDirectory('named');
  mkdirSync(join(parent, 'kept'));
  assert.match(
    run(['kept', 'true'], { cwd: parent }).stderr.toString(),
    /cannot use kept as a kept build directory|no env-vars/,
  );
});

test('list takes a relative directory, and says which one cannot be listed', () => {
  const kept = keptBuild();
  const parent = dirname(kept);
  const relative = run(['list', '.'], { cwd: parent });
  assert.match(text(relative), new RegExp(`x-1\\.0 .*${kept}`));
  assert.equal(relative.status, 0);
  const missing = run(['list', 'nosuch', '.'], { cwd: parent });
  assert.match(missing.stderr.toString(), /^nix-build-shell: cannot look into .*\/nosuch: opendir.* = ENOENT$/m);
  assert.match(missing.stdout.toString(), /x-1\.0/);
  assert.equal(missing.status, 125);
});

test('show tells the name that env-vars gives, also of a build that cannot be entered', () => {
  const copy = join(dirname(keptBuild()), 'COPY');
  mkdirSync(copy);
  const shell = '/nix/store/00000000000000000000000000000000-bash/bin/bash';
  writeFileSync(join(copy, 'env-vars'), `declare -x SHELL="${shell}"\ndeclare -x name="hello-2.12"\n`);
  assert.match(run(['show', copy]).stdout.toString(), /^name +hello-2\.12 \(from the env-vars\)$/m);
});

test('list: a --store without a store is said, and the rest is listed', () => {
  const builds = dirname(keptBuild());
  const { stdout, stderr, status } = run(['list', '--store', builds, builds]);
  assert.equal(
    stderr.toString(),
    `nix-build-shell: cannot use the store below ${builds}: lstat("${builds}/nix") = ENOENT; --store names the directory that holds nix/store\n`,
  );
  assert.match(stdout.toString(), /x-1\.0/);
  assert.equal(status, 125);
  mkdirSync(join(builds, 'gnu'));
  assert.equal(run(['list', '--store', builds, builds]).stderr.toString(), '');
});

test('list is quick where there are many big logs, and says how many it did not read', {
  skip: missing('bzip2'),
}, async () => {
  const root = scratchDirectory('many');
  const logs = join(root, 'nix/var/log/nix/drvs/00');
  for (const directory of [logs, join(root, 'nix/store'), join(root, 'builds')])
    mkdirSync(directory, { recursive: true });
  const lines = Array.from({ length: 20_000 }, (_, at) => `cc -c file${at}.c -o ${(at * 7919) % 104_729}.o\n`);
  const log = execFileSync('bzip2', ['-c'], { input: `${lines.join('')}error: it broke\n` });
  writeFileSync(join(root, 'log'), log);
  for (let at = 0; at < 200; at += 1) {
    copyFileSync(join(root, 'log'), join(logs, `${String(at).padStart(30, '0')}-pkg${at}-1.0.drv.bz2`));
    mkdirSync(join(root, `builds/nix-build-pkg${at}-1.0.drv-0`));
  }
  // Three times what was measured.
  await isQuick(3000, () =>
    timed(() => {
      const { stdout, stderr, status } = run(['list', '--store', root, join(root, 'builds')]);
      assert.equal(status, 0, stderr.toString());
      assert.equal(stdout.toString().match(/pkg\d+-1\.0 .*builds/g)?.length, 200);
      assert.match(
        stderr.toString(),
        /^nix-build-shell: the logs of \d+ builds were not read, to be quick: 'show DIR' reads that of one\n$/,
      );
    }),
  );
});

test('a reader that has read enough is no news', () => {
  const script = '{ "$0" --help; echo "$?" >&2; } | true';
  const { stderr } = runCommand(['bash', '-c', script, programFor(null)]);
  assert.match(stderr.toString(), /^(141|0)\n$/);
});

test('help is a command, too', () => {
  for (const [words, same] of [
    [['help'], ['--help']],
    [
      ['help', 'log'],
      ['log', '--help'],
    ],
  ] as const) {
    const { stdout, status } = run(words);
    assert.equal(stdout.toString(), run(same).stdout.toString());
    assert.equal(status, 0);
  }
});

test('wrong usage is one line that says what helps', () => {
  const lines: readonly (readonly [readonly string[], string])[] = [
    [
      ['show', 'a', 'b'],
      "too many arguments for 'show': expected 1 argument but got 2; 'nix-build-shell --help' tells more",
    ],
    [['help', 'nope'], "no such command: nope; 'nix-build-shell --help' tells more"],
    [['list', '--nope'], "unknown option '--nope'; 'nix-build-shell --help' tells more"],
    [
      ['show'],
      "missing required argument 'DIR'; 'nix-build-shell list' names the kept builds, 'nix-build-shell --help' tells more",
    ],
    [['log', '--tail', '-1', '/'], "--tail needs a number, not -1; 'nix-build-shell --help' tells more"],
  ];
  for (const [words, line] of lines) {
    const { stderr, status } = run(words);
    assert.equal(stderr.toString(), `nix-build-shell: ${line}\n`);
    assert.equal(status, 2);
  }
});

test('help fits in 80 columns', () => {
  for (const words of [['--help'], ['list', '--help'], ['plan', '--help'], ['enter', '--help'], ['doctor', '--help']]) {
    const long = run(words)
      .stdout.toString()
      .split('\n')
      .filter(line => line.length > 80);
    assert.deepEqual(long, []);
  }
});
