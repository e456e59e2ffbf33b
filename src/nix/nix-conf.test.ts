import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nixSettings } from './nix-conf.ts';

/** The settings of a machine with these files. */
function settings(files: Readonly<Record<string, string>>): ReturnType<typeof nixSettings> {
  return nixSettings('/etc/nix/nix.conf', path => files[path] ?? null);
}

const of = (text: string): ReturnType<typeof nixSettings> => settings({ '/etc/nix/nix.conf': text });
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

test('files are included, relative to the one that names them; a missing one only matters without the mark', () => {
  const { sandboxPaths, problems } = settings({
    '/etc/nix/nix.conf': 'include more.conf\n!include nowhere.conf\ninclude /gone\ninclude\n',
    '/etc/nix/more.conf': 'extra-sandbox-paths = /from-more\n',
  });
  assert.deepEqual(sandboxPaths, [path('/from-more')]);
  assert.deepEqual(problems, [
    '/etc/nix/nix.conf includes /gone, which cannot be read',
    '/etc/nix/nix.conf includes something that is not one path',
  ]);
});

test('files that include themselves come to an end', () => {
  const { sandboxPaths, problems } = of('include nix.conf\nsandbox-paths = /a\n');
  assert.deepEqual(sandboxPaths, [path('/a')]);
  assert.equal(problems.length > 0 && problems.length < 100, true);
});

test('what is no setting, and what is no plain path, is a problem and no more', () => {
  const { sandboxPaths, problems } = of('sandbox\nsandbox-paths = relative /a/../b =/x /ok /double//slash\n');
  assert.deepEqual(sandboxPaths, [path('/ok')]);
  assert.equal(problems.length, 5);
});
