/** Every layout of kept directories, made up, and everything that is none (nix-sandbox.md, sections 1.1 and 1.2). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { failureLine } from '../../src/base/failure.ts';
import { fromBytes, fsPath, toBytes } from '../../src/base/path.ts';
import { asksForPrivileges, closedFailure } from '../../src/nix/closed.ts';
import type { KeptBuild } from '../../src/nix/kept-build.ts';
import { recogniseKeptBuild } from '../../src/nix/recognise.ts';
import { missing } from '../support/need.ts';
import { scratchDirectory } from '../support/scratch.ts';

const scratch = realpathSync(scratchDirectory('recognise'));

/** Makes files (and the directories above them) below a new directory; a name that ends in `/` is a directory. */
function tree(name: string, files: readonly string[]): string {
  const root = `${scratch}/${name}`;
  mkdirSync(fsPath(root), { recursive: true });
  for (const file of files) {
    const path = `${root}/${file}`;
    if (file.endsWith('/')) {
      mkdirSync(fsPath(path), { recursive: true });
      continue;
    }
    mkdirSync(fsPath(path.slice(0, path.lastIndexOf('/'))), { recursive: true });
    writeFileSync(fsPath(path), 'declare -x A="b"\n');
  }
  return root;
}

function recognised(given: string, options = {}): KeptBuild {
  const result = recogniseKeptBuild(given, options);
  assert.ok(result.ok, result.ok ? '' : failureLine(result.failure));
  return result.value;
}

function refused(given: string): string {
  const result = recogniseKeptBuild(given);
  assert.ok(!result.ok, 'it was taken for a kept build');
  assert.equal(result.failure.status, 125);
  return failureLine(result.failure);
}

const RANDOM = '0123456789abcdfghijklmnpqr';
const LAYOUTS = [
  { path: 'tmp/nix-build-hello-2.12.1.drv-0', inner: '', system: 'nix', layout: 'flat', name: 'hello-2.12.1' },
  { path: 'tmp2/nix-build-hello-2.12.1.drv-0', inner: 'build', system: 'nix', layout: 'build', name: 'hello-2.12.1' },
  { path: 'builds/nix-build-wttr.drv-27-1619', inner: 'build', system: 'nix', layout: 'build', name: 'wttr' },
  { path: 'builds/nix-27-1619075871', inner: 'build', system: 'nix', layout: 'build', name: null },
  { path: 'builds/nix-28-7', inner: '', system: 'nix', layout: 'flat', name: null },
  { path: 'lix/nix-build-hello-2.12.1.drv-3', inner: 'b', system: 'lix', layout: 'b', name: 'hello-2.12.1' },
  { path: `nix/b/${RANDOM}`, inner: 'b', system: 'lix', layout: 'b', name: null },
  { path: `nix-builds-1000/${RANDOM}`, inner: 'b', system: 'lix', layout: 'b', name: null },
  { path: 'tmp/guix-build-hello-2.12.1.drv-0', inner: '', system: 'guix', layout: 'flat', name: 'hello-2.12.1' },
  { path: 'tmp3/guix-build-hello-2.12.1.drv-0', inner: 'top', system: 'guix', layout: 'top', name: 'hello-2.12.1' },
] as const;

for (const { path, inner, system, layout, name } of LAYOUTS) {
  for (const sign of ['env-vars', '']) {
    test(`knows ${path}${inner && '/'}${inner} ${sign ? 'with' : 'without'} an environment file, from either directory`, () => {
      const file = system === 'guix' && sign ? 'environment-variables' : sign;
      const below = inner && `${inner}/`;
      const root = tree(`${sign || 'bare'}/${path}`, [`${below}src/main.c`, ...(file ? [below + file] : [])]);
      const content = inner ? `${root}/${inner}` : root;
      for (const given of [root, `${root}/`, content, `${content}///`]) {
        const build = recognised(given);
        assert.deepEqual(
          {
            given: build.given,
            outer: build.outer,
            content: build.content,
            layout: build.layout,
            system: build.system,
          },
          { given, outer: root, content, layout, system },
        );
        assert.deepEqual(build.name, name === null ? null : { value: name, source: 'path' });
        assert.equal(build.packageVersion, name === 'hello-2.12.1' ? '2.12.1' : null);
        assert.equal(build.envFile?.path, file ? `${content}/${file}` : undefined);
        assert.equal(build.access, 'readable');
        assert.deepEqual(build.problems, []);
      }
    });
  }
}

test('finds the directory through links and from where we stand', () => {
  const root = tree('links/nix-build-x.drv-0', ['build/env-vars']);
  symlinkSync(root, `${scratch}/links/one`);
  symlinkSync('one/build', `${scratch}/links/two`);
  assert.equal(recognised(`${scratch}/links/one/`).outer, root);
  assert.equal(recognised(`${scratch}/links/two`).outer, root);
  assert.equal(recognised('one', { cwd: `${scratch}/links` }).outer, root);
  assert.equal(recognised('./../links/one/build/.', { cwd: `${scratch}/links` }).content, `${root}/build`);
});

for (const odd of ['with blank', 'line\nend', 'a:b,c', '-rf', 'quo\'te"', fromBytes(Buffer.from([0x62, 0xff, 0xfe]))]) {
  test(`takes the odd name ${JSON.stringify(odd)} as it is`, () => {
    const root = tree(`odd/nix-build-${odd}.drv-0`, ['env-vars']);
    const build = recognised(root);
    assert.equal(build.outer, root);
    assert.equal(build.name?.value, odd);
    assert.deepEqual(
      toBytes(build.content),
      Buffer.concat([Buffer.from(`${scratch}/odd/nix-build-`), toBytes(odd), Buffer.from('.drv-0')]),
    );
    assert.equal(build.envFile?.access, 'readable');
  });
}

test('accepts a directory of any name that has env-vars, and one with structured attributes', () => {
  const copied = tree('my copy', ['env-vars']);
  assert.deepEqual([recognised(copied).name, recognised(copied).layout], [null, 'flat']);
  const nested = tree('saved', ['build/env-vars']);
  assert.equal(recognised(nested).content, `${nested}/build`);
  const attrs = tree('attrs', ['.attrs.sh']);
  writeFileSync(`${attrs}/.attrs.json`, '{"name": "jq-1.7", "outputs": {}}');
  assert.deepEqual(recognised(attrs).name, { value: 'jq-1.7', source: 'attrs' });
  assert.equal(recognised(attrs).structuredAttrs, true);
  const passed = tree('passed', [`.attr-0l2nkwhif96f51f4amnlf414lhl4rv9vh8iffyp431v6s28gsr90`]);
  assert.equal(recognised(passed).layout, 'flat');
});

test('a flat build that made a directory called build stays flat', () => {
  const root = tree('flat/nix-build-x.drv-0', ['env-vars', 'build/Makefile']);
  assert.equal(recognised(root).content, root);
  const bare = tree('flat/nix-build-y.drv-0', ['src/a.c', 'build/Makefile']);
  assert.equal(recognised(bare).content, bare);
  assert.match(refused(`${root}/build`), /the kept build around it is .*nix-build-x\.drv-0$/);
});

test('a lone directory called build is the layout, or what a builder left: its owner and its time tell', {
  skip: missing('root'),
}, () => {
  const alone = (name: string, outer: number, inner: number): KeptBuild => {
    const root = tree(`alone/nix-build-${name}.drv-0`, ['build/Makefile']);
    chownSync(root, outer, 0);
    chownSync(`${root}/build`, inner, 0);
    return recognised(root);
  };
  const allocated = 872_415_232;
  assert.equal(alone('multi-user', 0, allocated).layout, 'build');
  assert.equal(alone('single-user', 1, 1).layout, 'build');
  assert.equal(alone('old-multi-user', allocated, allocated).layout, 'flat');
  const late = `${scratch}/alone/nix-build-single-user.drv-0`;
  utimesSync(late, new Date(), new Date(Date.now() + 3_600_000));
  // Not every file system knows when a file was born.
  assert.equal(recognised(late).layout, statSync(late).birthtimeMs > 0 ? 'flat' : 'build');
});

test('an inner directory that is a link is not followed', () => {
  const root = tree('hostile/nix-build-x.drv-0', []);
  const victim = tree('victim', ['env-vars']);
  symlinkSync(victim, `${root}/build`);
  assert.equal(recognised(root).content, root);
});

test('an environment file that is no regular file is not opened, and said', () => {
  const kinds: readonly (readonly [string, (path: string) => void, RegExp])[] = [
    ['fifo', path => execFileSync('mkfifo', [path]), /env-vars is a FIFO/],
    ['link', path => symlinkSync('/etc/shadow', path), /env-vars is a symbolic link/],
    ['zero', path => symlinkSync('/dev/zero', path), /env-vars is a symbolic link/],
    ['directory', path => mkdirSync(path), /env-vars is a directory/],
  ];
  for (const [kind, make, says] of kinds) {
    const shaped = tree(`kinds/nix-build-${kind}.drv-0`, []);
    make(`${shaped}/env-vars`);
    const build = recognised(shaped);
    assert.equal(build.envFile, null);
    assert.match(build.problems.join(), says);
    const plain = tree(`kinds/${kind}`, []);
    make(`${plain}/env-vars`);
    assert.match(refused(plain), says);
  }
});

test('an empty environment file is there, and said to be empty', () => {
  const root = tree('empty/nix-build-x.drv-0', []);
  writeFileSync(`${root}/env-vars`, '');
  assert.equal(recognised(root).envFile?.sizeBytes, 0);
  assert.match(recognised(root).problems.join(), /env-vars is empty/);
});

test('says what is wrong with a path that is no kept build', () => {
  const plain = tree('plain/some where', ['README']);
  assert.match(refused(plain), /has no env-vars and no \.attrs\.json.*nix-build-shell list/);
  assert.match(refused(`${plain}/gone`), /realpath\(".*gone"\) = ENOENT: .*|ENOENT; kept directories go away/);
  assert.match(refused(`${plain}/README`), /ENOTDIR: it is a regular file/);
  const root = tree('plain/nix-build-x.drv-0', ['env-vars']);
  assert.match(refused(`${root}/env-vars`), /ENOTDIR.*give the directory that holds it: .*nix-build-x\.drv-0$/);
  assert.match(refused(''), /no file can have this name/);
  assert.match(refused('a\0b'), /no file can have this name/);
  symlinkSync('loop', join(dirname(plain), 'loop'));
  assert.match(refused(join(dirname(plain), 'loop')), /ELOOP/);
});

test('tells a build that may be running from a kept one', () => {
  const root = tree('live/nix-build-x.drv-0', ['env-vars']);
  chmodSync(root, 0o700);
  assert.match(recognised(root).problems.join(), /0700: a build may still be running.*PR 11473/);
  const running = tree(`live/nix-${process.pid}-12`, ['build/']);
  chmodSync(running, 0o700);
  assert.match(recognised(running).problems.join(), new RegExp(`process ${process.pid}, which made it, runs`));
  const lix = tree(`live/b/${RANDOM}`, ['b/']);
  chmodSync(lix, 0o750);
  assert.match(recognised(lix).problems.join(), /0750/);
  const own = tree('live/copy', ['env-vars']);
  chmodSync(own, 0o700);
  assert.deepEqual(recognised(own).problems, [], "a copy's mode is its owner's affair");
});

test('tells the owner, the time and the readable file', { skip: missing('root') }, () => {
  const root = tree('owner/nix-build-x.drv-0', ['build/env-vars']);
  chownSync(`${root}/build`, 1, 12345);
  const build = recognised(root);
  assert.deepEqual(build.owner, { uid: 1, gid: 12345, user: 'daemon' });
  chownSync(`${root}/build`, 872_415_232, 12345);
  assert.equal(recognised(root).owner.user, null);
  assert.ok(Math.abs(recognised(root).keptAtMs - Date.now()) < 60_000);
});

test('words the failure of a directory that may not be entered', { skip: missing('root') }, () => {
  const root = tree('denied/nix-build-x.drv-0', ['env-vars']);
  const words = (): string => failureLine(closedFailure(recognised(root), 'OTHERWISE').failure);
  assert.match(words(), /open\("\S+", O_DIRECTORY\) = EACCES; it is yours: chmod u\+rx \S+$/);
  chownSync(root, 1, 1);
  assert.match(words(), /= EACCES; it belongs to daemon: OTHERWISE$/);
  const build = recognised(root);
  rmSync(root, { recursive: true });
  assert.match(failureLine(closedFailure(build, '').failure), /= ENOENT; it has just gone away$/);
  assert.equal(asksForPrivileges(build), false);
});

test('says whether the build had a sandbox, where its layout alone tells', () => {
  const lost = { kind: 're-constructed', derivation: '/nix/store/x.drv', foundBy: 'you named it', lost: [] } as const;
  const env = { version: 1, source: lost, variables: [], arrays: [], functions: [], problems: [] } as const;
  const told = (path: string, files: readonly string[]) => {
    const { sandboxed, buildTop, outer } = recognised(tree(`told/${path}`, files), { env });
    return [sandboxed, buildTop === outer ? 'outer' : buildTop];
  };
  assert.deepEqual(told('nix-build-x.drv-0', ['env-vars']), [null, null]);
  assert.deepEqual(told('nix-build-x.drv-1', ['build/env-vars']), [true, null]);
  assert.deepEqual(told('builds/nix-1-2', ['build/env-vars']), [true, null]);
  assert.deepEqual(told('builds/nix-1-3', ['env-vars', 'source/x.c']), [false, 'outer']);
  assert.deepEqual(told('builds/nix-build-x.drv-1-4', ['env-vars', 'source/x.c']), [false, 'outer']);
  // It may be a copy of what was in `build`, whose env-vars could not be read.
  assert.deepEqual(told('builds/nix-1-5', ['source/x.c']), [null, null]);
  assert.deepEqual(told(`b/${RANDOM}`, ['b/env-vars']), [null, null]);
  assert.deepEqual(told('guix-build-x.drv-0', ['environment-variables']), [null, null]);
});
