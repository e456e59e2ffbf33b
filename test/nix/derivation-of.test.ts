/** What is said where the derivation of a build is gone, broken or closed: in stores without Nix, with what real Nix kept. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fakeStore } from '../support/fake-store.ts';
import { makeDatabase } from '../support/made-database.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { type Output, run } from '../support/program.ts';
import { layOut, type RecordedKind, readRecording } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';

const SKIP = missing('static-bash', 'static-busybox', 'user');

interface Scene {
  readonly root: string;
  readonly directory: string;
  /** The derivation's file on the host. */
  readonly file: string;
  readonly drv: string;
}

/** A store without a database, and a kept directory whose env-vars nobody may read. */
function scene(kind: RecordedKind): Scene {
  const { root } = fakeStore(scratchDirectory('store'));
  const { drv } = readRecording(kind);
  chmodSync(`${root}/nix/store`, 0o755);
  rmSync(`${root}/nix/var/nix/db`, { recursive: true });
  const directory = layOut(kind, scratchDirectory('kept'), kind === 'raw' ? {} : { envVarsMode: 0 });
  return { root, directory, drv, file: `${root}${drv}` };
}

function env({ root, directory }: Scene, ...options: readonly string[]): Output {
  return run(['env', '--store', root, ...options, directory], { user: ordinaryUser() });
}

/** Changes a file of the store, which is 0444. */
function rewrite(file: string, change: (bytes: Buffer) => Buffer): void {
  const bytes = readFileSync(file);
  rmSync(file);
  writeFileSync(file, change(bytes), { mode: 0o444 });
}

function refused({ status, stdout, stderr }: Output): string {
  assert.equal(status, 125, stderr.toString());
  assert.equal(stdout.toString(), '');
  assert.match(stderr.toString(), /^nix-build-shell: cannot [^\n]*\n$/);
  return stderr.toString().trimEnd();
}

const BEGIN =
  /^nix-build-shell: cannot get the build's environment: env-vars cannot be read \(EACCES\), and its derivation is not known: /;
const END =
  /; --derivation DRV names its derivation; 'nix-build-shell --sudo DIR CMD' reads it with one privileged step$/;

function reason(output: Output): string {
  const line = refused(output);
  assert.match(line, BEGIN);
  assert.match(line, END);
  return line.replace(BEGIN, '').replace(END, '');
}

describe('a build whose derivation is looked for in a store without a database', { skip: SKIP }, () => {
  test('finds it by its name', () => {
    const { status, stderr } = env(scene('fixed-output'));
    assert.equal(status, 0, stderr.toString());
    assert.match(
      stderr.toString(),
      /^nix-build-shell: re-constructed from \S+-fixed-output-1\.0\.drv \(it is the only derivation called fixed-output-1\.0 in the store \(the names in the store's directory, as the store's database does not answer \(it is not there\)\)\)/,
    );
  });

  test('asks a database that somebody has open and that it may only read', { skip: missing('root') }, () => {
    const built = scene('fixed-output');
    const state = `${built.root}/nix/var/nix`;
    const database = makeDatabase(state, [{ path: built.drv, registeredAt: 1_700_000_000 }]);
    execFileSync('chmod', ['-R', 'a+rX,go-w', state]);
    assert.ok(existsSync(`${state}/db/db.sqlite-wal`));
    assert.match(env(built).stderr.toString(), /in the store \(the store's database\)\)/);
    database.close();
  });

  test('finds it by the output in .attrs.json, or in a generated file', () => {
    for (const [kind, from] of [
      ['structured-attrs', 'in .attrs.json'],
      ['plain-new', 'is the prefix in source/config.status'],
    ] as const) {
      const built = scene(kind);
      const { stdout, stderr } = env(built, '--json');
      const { source } = JSON.parse(stdout.toString()) as { source: { derivation: string; foundBy: string } };
      assert.equal(source.derivation, built.drv, stderr.toString());
      assert.ok(source.foundBy.includes(from), source.foundBy);
    }
  });

  test('says that it is gone', () => {
    const built = scene('fixed-output');
    rmSync(built.file);
    const said = reason(env(built));
    assert.ok(
      said.startsWith(`${built.drv}, the derivation whose log ended when the directory was kept, cannot be read: `),
      said,
    );
    assert.match(said, /: it is not in the store any more \(collected as garbage\?\)$/);
    rmSync(`${built.root}/nix/var/log`, { recursive: true });
    assert.match(
      reason(env(built)),
      /^no derivation in \/nix\/store is called fixed-output-1\.0, no file of it that can be read names an output, and no log in \S+ ended when it was kept$/,
    );
  });

  const broken: readonly (readonly [string, (bytes: Buffer) => Buffer, RegExp])[] = [
    ['empty', () => Buffer.alloc(0), /not a derivation: it does not begin with 'Derive\('/],
    ['garbage', bytes => Buffer.alloc(bytes.length, 0xff), /not a derivation/],
    ['cut off', bytes => bytes.subarray(0, bytes.length / 2), /the file ends (?:too early|within a string)/],
  ];
  for (const [what, change, says] of broken)
    test(`says that it is ${what}`, () => {
      const built = scene('fixed-output');
      rewrite(built.file, change);
      const said = reason(env(built));
      assert.match(
        said,
        /-fixed-output-1\.0\.drv, the derivation called fixed-output-1\.0 in the store, cannot be read: /,
      );
      assert.match(said, says);
      assert.match(refused(env(built, '--derivation', built.drv)), says);
    });

  test('says that the store is closed', () => {
    const built = scene('fixed-output');
    chmodSync(`${built.root}/nix/store`, 0);
    rmSync(`${built.root}/nix/var/log`, { recursive: true });
    assert.match(
      reason(env(built)),
      /cannot find the derivations called fixed-output-1\.0: the store's database does not answer \(it is not there\), and \S+ cannot be listed$/,
    );
  });

  test('does not take one that contradicts what can be read', () => {
    const built = scene('structured-attrs');
    writeFileSync(
      `${built.directory}/.attrs.json`,
      readFileSync(`${built.directory}/.attrs.json`, 'utf8').replaceAll('/nix/store/l', '/nix/store/m'),
    );
    assert.match(reason(env(built)), /-structured-attrs-1\.0\.drv does not fit: /);
    rmSync(`${built.directory}/.attrs.json`);
    assert.match(reason(env(built)), /does not fit: it has structured attributes$/);
  });

  test('a --store that holds no store is said before anything that follows from it', () => {
    const built = scene('fixed-output');
    rmSync(`${built.root}/nix`, { recursive: true, force: true });
    const said =
      /^nix-build-shell: cannot use the store below \S+: lstat\("\S+\/nix"\) = ENOENT; --store names the directory that holds nix\/store$/;
    assert.match(refused(env(built)), said);
  });

  test('--derivation that is no derivation of this store is refused', () => {
    const built = scene('fixed-output');
    const gone = built.drv.replace('fixed', 'gone');
    assert.match(refused(env(built, '--derivation', gone)), /ENOENT/);
    assert.match(
      refused(env(built, '--derivation', '/etc/passwd')),
      /its name does not end in \.drv; --derivation takes /,
    );
    assert.match(refused(env(built, '--derivation', 'x.drv')), /it is not an absolute path; --derivation takes /);
  });

  test('a directory of which nothing is known says so', () => {
    const built = scene('raw');
    rmSync(built.file);
    rmSync(`${built.root}/nix/var/log`, { recursive: true });
    const line = refused(env(built));
    assert.match(
      line,
      /has no env-vars, and its derivation is not known: no derivation in \/nix\/store is called raw-1\.0/,
    );
    assert.match(line, /; --derivation DRV names its derivation$/);
  });
});

describe("stdenv's setup", { skip: SKIP === false ? missing('user-namespaces') : SKIP }, () => {
  function enter(built: Scene, command: string): Output {
    return run(['--store', built.root, built.directory, 'bash', '-c', command], { user: ordinaryUser() });
  }

  test('runs inside, and is what env-vars and PATH are made of', () => {
    const built = scene('plain-new');
    const { status, stdout, stderr } = enter(built, 'echo "$PATH"; grep -c HOST_PATH /build/env-vars; ls /tmp');
    assert.equal(status, 0, stderr.toString());
    assert.match(stdout.toString(), /^\S*-busybox-static\/bin:\S*-bash-static\/bin\n1\n$/);
  });

  test('that fails leaves the environment as Nix gave it, and its last words are said', () => {
    const built = scene('plain-new');
    const setup = /"stdenv","([^"]+)"/.exec(readFileSync(built.file, 'latin1'))?.[1] ?? '';
    chmodSync(`${built.root}${setup}`, 0o755);
    rewrite(`${built.root}${setup}/setup`, bytes =>
      Buffer.concat([bytes, Buffer.from("\nset -e; printf 'no \\033[31mcompiler\\n'; false\n")]),
    );
    const { status, stdout, stderr } = enter(built, 'echo "$PATH $name"');
    assert.equal(status, 0, stderr.toString());
    assert.equal(stdout.toString(), '/path-not-set plain-1.0\n');
    const [, last = ''] = stderr.toString().trimEnd().split('\n');
    assert.match(last, /^nix-build-shell: the setup of stdenv failed, so .*\$'no \\E\[31mcompiler'$/);
  });

  test('is never run on the host', () => {
    const built = scene('plain-new');
    const setup = /"stdenv","([^"]+)"/.exec(readFileSync(built.file, 'latin1'))?.[1] ?? '';
    const trace = `${scratchDirectory('trace')}/ran`;
    chmodSync(`${built.root}${setup}`, 0o755);
    rewrite(`${built.root}${setup}/setup`, bytes => Buffer.concat([Buffer.from(`echo ran > ${trace} || :\n`), bytes]));
    chmodSync(trace.slice(0, -4), 0o777);
    for (const command of ['env', 'show', 'plan'])
      run([command, '--store', built.root, built.directory], { user: ordinaryUser() });
    assert.equal(enter(built, 'true').status, 0);
    assert.equal(existsSync(trace), false);
  });
});
