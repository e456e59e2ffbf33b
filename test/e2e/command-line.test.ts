/** The command line: where the program is, where its caller is, what stands before DIR and after it, and what programs read of it. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { environmentFor, type Output, PROJECT, programFor, run, runCommand } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { envVarsText, SMALL_ENVIRONMENT, smallBuild } from '../support/small-build.ts';
import { isFailure, RAW, SIDES, watched } from '../support/watched.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');
const text = ({ stdout }: Output): string => stdout.toString();

for (const [name, user] of SIDES) {
  test(`${name}: the program is found through links, PATH, and from any directory`, { skip }, () => {
    const { store, directory } = smallBuild();
    const place = scratchDirectory('links');
    const bin = join(place, 'a directory', '-bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(programFor(user), join(place, 'first'));
    symlinkSync('../../first', join(bin, 'second'));
    symlinkSync(join(bin, 'second'), join(bin, 'nix-build-shell'));
    const words = ['--store', store, directory, 'bash', '-c', 'echo here'];
    const script = 'cd "$1" && shift && exec "$@"';
    for (const [at, program] of [
      ['/', join(bin, 'nix-build-shell')],
      [bin, './second'],
      [place, 'a directory/-bin/second'],
      ['/', 'nix-build-shell'],
      [dirname(programFor(user)), './nix-build-shell'],
    ] as const) {
      const path = `${bin}:${environmentFor(user)['PATH']}`;
      const output = runCommand(['bash', '-c', script, 'x', at, program, ...words], { user, env: { PATH: path } });
      assert.equal(text(output), 'here\n', `${program} in ${at}: ${output.stderr.toString()}`);
    }
    const named = runCommand(['bash', '-c', script, 'x', bin, 'sh', 'second', '--version'], { user });
    assert.match(text(named), /^\d+\.\d+\.\d+\n$/);
  });

  test(`${name}: binds are shown where they were asked for, colons and all`, { skip }, () => {
    const build = smallBuild();
    const place = scratchDirectory('bind');
    const odd = join(place, 'a:b');
    mkdirSync(odd);
    writeFileSync(join(odd, 'file'), 'of the host\n');
    const shown = (bind: string, path: string): string => {
      const args = ['--store', build.store, '--bind', bind, build.directory, 'cat', path];
      const output = watched(build, args, { user, cwd: place });
      return `${text(output)}${output.stderr.toString()}`;
    };
    assert.equal(shown(odd, join(odd, 'file')), 'of the host\n');
    assert.equal(shown(`${odd.replace(':', '\\:')}:/seen`, '/seen/file'), 'of the host\n');
    assert.equal(shown(`${odd.replace(':', '\\:')}:/se\\:en`, '/se:en/file'), 'of the host\n');
    assert.equal(shown('a\\:b:/seen', '/seen/file'), 'of the host\n');
    assert.equal(shown(`${place}:/tmp/deep/er`, '/tmp/deep/er/a:b/file'), 'of the host\n');
    assert.equal(shown(`${join(odd, 'file').replace(':', '\\:')}:/etc/extra`, '/etc/extra'), 'of the host\n');
    assert.equal(shown(`${place}:/build/new/place`, '/build/new/place/a:b/file'), 'of the host\n');
  });
}

test('options stand before DIR only; what follows is the command', { skip }, () => {
  const build = smallBuild();
  const { store, directory } = build;
  const echo = ['bash', '-c', 'printf "<%s>" "$@"', 'x'];
  const enter = (...words: string[]): string => text(watched(build, words));
  assert.equal(enter('--store', store, directory, ...echo, '--net', '--', '-x', '--help'), '<--net><--><-x><--help>');
  assert.equal(enter(`--store=${store}`, '--', directory, ...echo, 'list'), '<list>');
  assert.equal(enter('--store', store, directory, ...echo), '<>');
  const listed = join(dirname(directory), 'list');
  symlinkSync(directory, listed);
  assert.equal(text(run(['--store', store, './list', ...echo, 'a'], { cwd: dirname(directory) })), '<a>');
  assert.equal(text(run(['--store', store, '--', 'list', ...echo, 'a'], { cwd: dirname(directory) })), '<a>');
});

test('--net keeps the network of the host, and its absence does not', { skip }, () => {
  const { store, directory } = smallBuild();
  const inside = (...options: string[]): string =>
    text(run(['--store', store, ...options, directory, 'readlink', '/proc/self/ns/net']));
  const host = text(runCommand(['readlink', '/proc/self/ns/net']));
  assert.equal(inside('--net'), host);
  assert.notEqual(inside(), host);
});

test('--trace tells what is done, a layer at a time', { skip }, () => {
  const { store, directory } = smallBuild();
  const traced = (option: string): Output => run([option, '--store', store, directory, 'true']);
  const all = traced('--trace');
  assert.equal(all.status, 0);
  for (const layer of ['plan', 'calls', 'child', 'time'])
    assert.match(all.stderr.toString(), new RegExp(`^nix-build-shell\\[${layer}\\]`, 'm'));
  const lines = traced('--trace=calls').stderr.toString().trimEnd().split('\n');
  assert.ok(lines.length > 50);
  assert.deepEqual(
    lines.filter(line => !line.startsWith('nix-build-shell[calls]: ')),
    [],
  );
});

test('each --json is one valid document, and names of strangers are data in it', { skip }, () => {
  const evil = '\u001b]0;owned\u0007\n\u009b31m';
  const build = smallBuild({ ...SMALL_ENVIRONMENT, EVIL: evil });
  const { store, directory } = build;
  const parsed = (...words: string[]): unknown => {
    const output = run(words);
    assert.equal(output.stderr.toString(), '');
    assert.doesNotMatch(text(output), RAW);
    return JSON.parse(text(output));
  };
  const kept = parsed('list', '--json', directory) as readonly { readonly outer: string }[];
  assert.ok(kept.some(({ outer }) => outer === directory));
  assert.match(JSON.stringify(parsed('show', '--json', '--store', store, directory)), /small-1\.0/);
  const env = parsed('env', '--json', '--store', store, directory) as {
    readonly variables: readonly { name: string; value: string }[];
  };
  assert.equal(env.variables.find(({ name }) => name === 'EVIL')?.value, evil);
  const plan = parsed('plan', '--json', '--store', store, directory, 'make', '-k') as {
    readonly steps: readonly unknown[];
    readonly omitted: readonly unknown[];
  };
  assert.ok(plan.steps.length > 30 && plan.omitted.length > 0);
  const answers = JSON.parse(text(run(['doctor', '--json']))) as { readonly works: boolean };
  assert.equal(answers.works, true);
});

test('nothing of a stranger reaches the terminal raw: list, show, env, plan, and their failures', { skip }, () => {
  const evil = '\u001b]0;owned\u0007\u009b31m\u202e';
  const { store, directory } = smallBuild({
    ...SMALL_ENVIRONMENT,
    EVIL: evil,
    PWD: `/build/${evil}`,
    name: evil,
    pname: evil,
  });
  const odd = join(dirname(directory), `nix-build-${evil}-1.0.drv-0`);
  mkdirSync(join(odd, evil), { recursive: true });
  copyFileSync(join(directory, 'env-vars'), join(odd, 'env-vars'));
  for (const words of [
    ['list', dirname(directory)],
    ['show', '--store', store, odd],
    ['env', '--store', store, odd],
    ['plan', '--store', store, odd, evil],
    ['plan', '--calls', '--store', store, odd, evil],
    ['show', `${odd}/${evil}`],
    ['--trace', '--store', store, odd, 'true'],
    [odd, 'true'],
    ['--bind', `${odd}:/proc/${evil}`, odd, 'true'],
    ['log', odd],
    [evil],
    ['list', evil],
  ]) {
    const output = run(words);
    const said = `${text(output)}${output.stderr.toString()}`;
    assert.notEqual(said, '', words.join(' '));
    assert.doesNotMatch(said.replaceAll('\t', ''), RAW, JSON.stringify(words));
    assert.doesNotMatch(said, /internal error/, JSON.stringify(words));
  }
});

test('plan tells each step and call of a run, and makes nothing', { skip }, () => {
  const build = smallBuild();
  const { store, directory } = build;
  const calls = text(watched(build, ['plan', '--calls', '--store', store, directory, 'true']));
  for (const call of ['|CLONE_NEWUSER|', 'openat(AT_FDCWD, "/proc/self/uid_map"', 'pivot_root(".", ".")', 'execve('])
    assert.ok(calls.includes(call), call);
  const behind = ['plan', '--store', store, directory];
  assert.ok(text(watched(build, [...behind, '--calls', 'true'])).includes('pivot_root(".", ".")'));
  assert.ok(text(watched(build, [...behind, '--json'])).startsWith('{'));
  isFailure(watched(build, [...behind, '--net', 'true']), 2, /--net is to stand before DIR; /);
  const shown = text(watched(build, ['plan', '--store', store, directory, 'true']));
  assert.match(shown, /S13/);
  assert.equal(text(watched(build, ['plan', '--store', store, directory, 'true'])), shown);
});

test('without Node, the launcher says so itself', () => {
  const bare = scratchDirectory('bare');
  for (const tool of ['readlink', 'sh']) symlinkSync(`/usr/bin/${tool}`, join(bare, tool));
  const output = run(['list'], { env: { PATH: bare } });
  assert.equal(output.stderr.toString(), 'nix-build-shell: cannot start: node (version 20 or newer) is not in PATH\n');
  assert.equal(output.status, 125);
  const unbuilt = join(scratchDirectory('unbuilt'), 'nix-build-shell');
  copyFileSync(join(PROJECT, 'nix-build-shell'), unbuilt);
  const nothing = runCommand(['sh', unbuilt, 'list']);
  assert.match(
    nothing.stderr.toString(),
    /^nix-build-shell: cannot start: .*dist\/main\.cjs does not exist; run 'npm run setup' in .*\n$/,
  );
  assert.equal(nothing.status, 125);
});

test('an env-vars that only sets SHELL is enough', { skip }, () => {
  const build = smallBuild({ SHELL: SMALL_ENVIRONMENT.SHELL });
  writeFileSync(join(build.directory, 'env-vars'), envVarsText({ SHELL: SMALL_ENVIRONMENT.SHELL }));
  const output = watched(build, ['--store', build.store, build.directory, '/bin/sh', '-c', 'echo fine']);
  assert.equal(text(output), 'fine\n');
});
