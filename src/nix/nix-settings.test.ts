import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { scratchDirectory } from '../../test/support/scratch.ts';
import { readNixConf } from './nix-conf.ts';
import { buildsHimself, clientSources, nixSettings } from './nix-settings.ts';

const paths = (environment: Readonly<Record<string, string>>): readonly string[] =>
  clientSources(environment).map(({ path }) => path);

test("a user's own files come after the system's, the most particular one last, and then NIX_CONFIG", () => {
  assert.deepEqual(paths({ HOME: '/h' }), ['/etc/nix/nix.conf', '/etc/xdg/nix/nix.conf', '/h/.config/nix/nix.conf']);
  assert.deepEqual(paths({ HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_CONFIG_DIRS: '/x:/y', NIX_CONFIG: 'cores = 1' }), [
    '/etc/nix/nix.conf',
    '/y/nix/nix.conf',
    '/x/nix/nix.conf',
    '/c/nix/nix.conf',
    'NIX_CONFIG',
  ]);
  assert.deepEqual(paths({ HOME: '/h', NIX_CONFIG_HOME: '/n' }).at(-1), '/n/nix.conf');
  assert.deepEqual(paths({ HOME: '/h', NIX_USER_CONF_FILES: '/a:/b', NIX_CONF_DIR: '/s' }), [
    '/s/nix.conf',
    '/b',
    '/a',
  ]);
  assert.deepEqual(paths({ NIX_USER_CONF_FILES: '' }), ['/etc/nix/nix.conf']);
});

test('who may write to the state builds himself, unless NIX_REMOTE says else', () => {
  const state = scratchDirectory('state');
  assert.equal(buildsHimself({ NIX_STATE_DIR: state }), true);
  assert.equal(buildsHimself({ NIX_STATE_DIR: state, NIX_REMOTE: 'daemon' }), false);
  assert.equal(buildsHimself({ NIX_STATE_DIR: `${state}/missing` }), false);
  assert.equal(buildsHimself({ NIX_STATE_DIR: `${state}/missing`, NIX_REMOTE: 'local' }), true);
});

test('files of every kind are read, or named with what they are', () => {
  const directory = scratchDirectory('conf');
  const of = (name: string): readonly string[] => nixSettings(readNixConf([{ path: `${directory}/${name}` }])).problems;
  mkdirSync(`${directory}/directory`);
  writeFileSync(`${directory}/huge`, Buffer.alloc(1_100_000, '\n'));
  writeFileSync(`${directory}/closed`, 'sandbox = true\n');
  chmodSync(`${directory}/closed`, 0);
  assert.deepEqual(of('missing'), []);
  assert.match(of('directory')[0] ?? '', /: it cannot be read: it is a directory, not a regular file$/);
  assert.match(of('huge')[0] ?? '', /: it cannot be read: it has more than 1048576 bytes/);
  if (process.getuid?.() !== 0) assert.match(of('closed')[0] ?? '', /: it cannot be read: EACCES$/);
});
