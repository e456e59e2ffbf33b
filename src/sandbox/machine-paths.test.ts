import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machinePaths } from './machine-paths.ts';

const path = (target: string, source: string) => ({ target, source, optional: false });

test('paths of the settings are shown where they say, as what they are', () => {
  const { shown, lost } = machinePaths([path('/usr/bin/env/', '/proc/self/status'), path('/keys', '/usr')]);
  assert.deepEqual(shown, [
    { from: `/proc/${process.pid}/status`, to: '/usr/bin/env', type: 'file' },
    { from: '/usr', to: '/keys', type: 'directory' },
  ]);
  assert.deepEqual(lost, []);
});

test('what is not there, and what the sandbox lays out itself, is left out and named', () => {
  const own = ['/bin/sh', '/bin', '/etc', '/nix/store', '/build', '/build/x', '/proc/sys', '/dev', '/tmp'];
  const optional = { ...path('/y', '/nowhere/else'), optional: true };
  const { shown, lost } = machinePaths([
    path('/x', '/nowhere/at/all'),
    optional,
    ...own.map(to => path(to, '/usr')),
    path('/z', '/etc/hosts/file'),
  ]);
  assert.deepEqual(shown, []);
  assert.deepEqual(lost, [
    'sandbox-paths has /nowhere/at/all, which cannot be reached (ENOENT)',
    ...own.slice(1).map(to => `sandbox-paths has ${to}, which the sandbox lays out itself`),
    'sandbox-paths has /etc/hosts/file, which cannot be reached (ENOTDIR)',
  ]);
  assert.equal(machinePaths([path('/dev/fuse', '/usr'), path('/etc/pki', '/usr')]).shown.length, 2);
});
