import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machinePaths } from './machine-paths.ts';

const path = (target: string, source: string) => ({ target, source, optional: false });

test('paths of the settings are shown where they say, as what they are', () => {
  assert.deepEqual(machinePaths([path('/usr/bin/env/', '/proc/self/status'), path('/keys', '/usr')]), [
    { from: `/proc/${process.pid}/status`, to: '/usr/bin/env', type: 'file' },
    { from: '/usr', to: '/keys', type: 'directory' },
  ]);
});

test('what is not there, and what the sandbox lays out itself, is left out', () => {
  const own = ['/bin/sh', '/bin', '/etc', '/nix/store', '/build', '/build/x', '/proc/sys', '/dev', '/tmp'];
  assert.deepEqual(machinePaths([path('/x', '/nowhere/at/all'), ...own.map(to => path(to, '/usr'))]), []);
  assert.equal(machinePaths([path('/dev/fuse', '/usr'), path('/etc/pki', '/usr')]).length, 2);
});
