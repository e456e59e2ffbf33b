import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKnownSetting } from './known-settings.ts';
import { readNixConf, sayProblem } from './nix-conf.ts';
import { type NixSettings, nixSettings } from './nix-settings.ts';

const CONF = '/etc/nix/nix.conf';

/** The settings of a machine with these files. */
function settings(files: Readonly<Record<string, string>>): NixSettings {
  const read = (path: string) => ({ text: files[path] ?? null, why: 'ENOENT' }) as { text: null; why: string };
  return nixSettings(readNixConf([{ path: CONF }], read));
}

const of = (text: string): NixSettings => settings({ [CONF]: text });
const path = (target: string, source = target, optional = false) => ({ target, source, optional });

test('no file sets nothing', () => {
  assert.deepEqual(settings({}), { sandboxPaths: [], certificates: null, problems: [] });
});

test('sandbox-paths are targets, sources and question marks', () => {
  const { sandboxPaths, problems } = of(
    'sandbox-paths = /bin/sh=/nix/store/x-busybox/bin/busybox /usr/bin/env /dev/nvidia0?\n',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(sandboxPaths, [
    path('/bin/sh', '/nix/store/x-busybox/bin/busybox'),
    path('/usr/bin/env'),
    path('/dev/nvidia0', '/dev/nvidia0', true),
  ]);
});

test('extra- adds, a plain setting begins anew, and old names are the same settings', () => {
  assert.deepEqual(of('sandbox-paths = /a\nextra-sandbox-paths = /b\nbuild-extra-sandbox-paths = /c\n').sandboxPaths, [
    path('/a'),
    path('/b'),
    path('/c'),
  ]);
  assert.deepEqual(of('extra-sandbox-paths = /b\nbuild-sandbox-paths = /a\n').sandboxPaths, [path('/a')]);
  assert.deepEqual(of('build-chroot-dirs = /a=/b\n').sandboxPaths, [path('/a', '/b')]);
});

test('comments, blank lines, unknown settings and odd spacing are tolerated', () => {
  const text =
    '# see the manual\n\n  max-jobs = auto # all\nfuture-setting = yes\n\tssl-cert-file   =\t/etc/ca.crt\nsandbox-paths =\n';
  assert.deepEqual(of(text), { sandboxPaths: [], certificates: '/etc/ca.crt', problems: [] });
});

test('only what Nix takes for a blank is one', () => {
  assert.deepEqual(of('sandbox-paths = /a\u00a0/b\r\n').sandboxPaths, [path('/a\u00a0/b')]);
});

test('files are included, relative to the one that names them; a missing one only matters without the mark', () => {
  const { sandboxPaths, problems } = settings({
    [CONF]: 'include more.conf\n!include nowhere.conf\ninclude /gone\ninclude\n',
    '/etc/nix/more.conf': 'extra-sandbox-paths = /from-more\n',
  });
  assert.deepEqual(sandboxPaths, [path('/from-more')]);
  assert.deepEqual(problems, [
    `${CONF}:3: it includes /gone, which is not there, and Nix stops there (!include would not)`,
    `${CONF}:4: it includes something that is not one path, and Nix stops there`,
  ]);
});

test('files that include themselves, or each other, are a loop, named once; the same file twice is none', () => {
  const itself = of('include nix.conf\nsandbox-paths = /a\n');
  assert.deepEqual(itself.sandboxPaths, [path('/a')]);
  assert.deepEqual(itself.problems, [
    `${CONF}:1: it includes ${CONF}, which is being read: a loop, in which Nix never ends`,
  ]);
  const other = settings({ [CONF]: '!include b\n', '/etc/nix/b': `\n!include ${CONF}\nsandbox-paths = /b\n` });
  assert.deepEqual(other.sandboxPaths, [path('/b')]);
  assert.match(other.problems.join(), /^\/etc\/nix\/b:2: it includes \/etc\/nix\/nix\.conf, .*loop/);
  assert.deepEqual(
    settings({ [CONF]: 'include b\ninclude b\n', '/etc/nix/b': 'extra-sandbox-paths = /b' }).problems,
    [],
  );
});

test('a thousand includes of one another come to an end', () => {
  const read = (path: string) => ({ text: `include ${path}x\ninclude ${path}y\n` });
  const { problems, files } = readNixConf([{ path: '/c' }], read);
  assert.equal(files.length, 64);
  assert.match(problems[0]?.what ?? '', /is not read: there are 64 files already/);
  assert.ok(problems.length <= 100);
});

test('what cannot be read is a problem, with why; the text of a variable comes last', () => {
  const read = (path: string) =>
    path === '/secret'
      ? { text: null, why: 'EACCES' }
      : { text: 'include /secret\n!include /secret\nsandbox = true\n' };
  const conf = readNixConf(
    [{ path: '/secret' }, { path: CONF }, { path: 'NIX_CONFIG', text: '\nsandbox = false' }],
    read,
  );
  assert.deepEqual(conf.problems.map(sayProblem), [
    '/secret: it cannot be read: EACCES',
    `${CONF}:1: it includes /secret, which cannot be read: EACCES`,
    `${CONF}:2: it includes /secret, which cannot be read: EACCES`,
  ]);
  assert.deepEqual(conf.values.get('sandbox'), { value: 'false', file: 'NIX_CONFIG', line: 2 });
});

test('what is no setting, and what is no plain path, is a problem and no more, and no value is told', () => {
  const { sandboxPaths, problems } = of(
    'sandbox\naccess-tokens github.com=secret\nsandbox-paths = relative /a/../b =/x /ok /double//slash\n',
  );
  assert.deepEqual(sandboxPaths, [path('/ok')]);
  assert.equal(problems.length, 6);
  assert.match(problems[0] ?? '', /^\/etc\/nix\/nix\.conf:1: no setting .*: sandbox …$/);
  assert.doesNotMatch(problems.join(), /secret/);
  assert.match(problems[2] ?? '', /^\/etc\/nix\/nix\.conf:3: sandbox-paths has an entry .*: relative$/);
});

test('a megabyte of anything gives a hundred problems at most, each of them short', () => {
  const bytes = Array.from({ length: 1_000_000 }, (_, at) => String.fromCharCode((at * at * 31 + (at >> 3)) & 0xff));
  for (const text of [bytes.join(''), 'x'.repeat(1_000_000), 'a\n'.repeat(500_000), '='.repeat(1_000_000)]) {
    const { problems } = of(text);
    assert.ok(problems.length <= 100);
    for (const problem of problems) assert.ok(problem.length < 200, problem);
  }
});

test('a name that no Nix has is told from those of old and new ones', () => {
  for (const name of [
    'sandbox',
    'extra-sandbox-paths',
    'extra-platforms',
    'build-use-chroot',
    'pasta-path',
    'eval-cores',
  ])
    assert.ok(isKnownSetting(name), name);
  for (const name of ['sandox', 'extra-sandox', 'future-setting', '', 'toString', 'extra-'])
    assert.ok(!isKnownSetting(name), name);
});
