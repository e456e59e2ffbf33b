import assert from 'node:assert/strict';
import test from 'node:test';
import { fakeMachine } from '../../../test/support/fake-machine.ts';
import type { Answer } from './answer.ts';
import { gatherNixAnswers } from './nix.ts';

async function asked(
  files: Readonly<Record<string, string | null>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<(word: string) => Answer | undefined> {
  const answers = await gatherNixAnswers(fakeMachine(files), environment);
  return word => answers.find(({ id }) => id === `nix.${word}`);
}

const CONF = '/etc/nix/nix.conf';
const STORE = { '/nix/store': null, '/nix/var/nix/db': null, '/nix/var/log/nix/drvs': null };

test('without a store, what can be entered is said; nothing is asked of its parts', async () => {
  const of = await asked({ '/etc': null });
  assert.match(of('store')?.found ?? '', /\/nix\/store cannot be listed \(ENOENT\)$/);
  assert.match(of('store')?.affects ?? '', /--store ROOT/);
  assert.equal(of('database'), undefined);
  assert.equal(of('logs'), undefined);
  assert.equal(of('settings')?.state, 'ok');
});

test('a store whose database is not there is a warning, as is one without logs', async () => {
  const of = await asked(STORE);
  assert.equal(of('store')?.state, 'ok');
  assert.equal(of('logs')?.state, 'ok');
  assert.deepEqual([of('database')?.state, of('database')?.found], ['warning', 'it is not there']);
  const { '/nix/var/log/nix/drvs': _, ...noLogs } = STORE;
  assert.match((await asked(noLogs))('logs')?.found ?? '', /cannot be listed \(ENOENT\)$/);
});

test('settings that a failed build suffers from are warnings, each with its command', async () => {
  const fine = (await asked({ [CONF]: 'sandbox = true\nkeep-failed = true\n' }))('settings');
  assert.equal(fine?.state, 'ok');
  assert.equal(fine?.found, 'sandbox = true, keep-failed = true, keep-build-log = true (the default)');
  const without = (await asked({ [CONF]: 'build-use-sandbox = false\n' }))('settings');
  assert.match(without?.mend ?? '', /^echo 'sandbox = true' \| sudo tee -a \S+\/etc\/nix\/nix\.conf$/);
  const silent = (await asked({ [CONF]: 'keep-build-log = false\n' }))('settings');
  assert.match(silent?.affects ?? '', /^there are no logs/);
});

test('a place of failed builds into which the list does not look is said, with what makes it look', async () => {
  const conf = { [CONF]: 'build-dir = /big/builds/\n' };
  const before = (await asked(conf))('kept');
  assert.equal(before?.state, 'warning');
  assert.equal(before?.mend, 'export NIX_BUILD_SHELL_PATH=/big/builds');
  assert.equal((await asked(conf, { NIX_BUILD_SHELL_PATH: '/big/builds' }))('kept')?.state, 'ok');
});

test('what is wrong with the text of the settings is named: file, line and what', async () => {
  const text = 'sandbox yes\nsandox = false\nsandbox = perhaps\nextra-sandbox-paths = /nowhere/at/all /dev/kvm?\n';
  const answer = (await asked({ [CONF]: text, '/home/ada/.config/nix/nix.conf': 'keep-faled = true\n' }))('conf');
  assert.equal(answer?.state, 'warning');
  const found = answer?.found.replaceAll(/\S*\/etc\/nix/g, '') ?? '';
  assert.deepEqual(found.split('; '), [
    '/nix.conf:1: no setting (NAME = VALUE), and Nix stops there: sandbox …',
    "/nix.conf:2: unknown setting 'sandox'",
    "/nix.conf:3: sandbox has the value 'perhaps', and Nix stops there: true, false, relaxed",
    'sandbox-paths has /nowhere/at/all, which cannot be reached (ENOENT)',
  ]);
});

test("a user's own file is read for what the one who asks decides, and for nothing else where a daemon builds", async () => {
  const files = {
    ...STORE,
    [CONF]: 'plugin-files = /x\nof-a-plugin = 1\n',
    '/h/nix/nix.conf': 'keep-failed = yes\nsandbox = false\n',
  };
  const of = await asked(files, { NIX_CONFIG_HOME: '/h/nix', NIX_REMOTE: 'daemon', NIX_CONFIG: 'what is this' });
  assert.match(of('settings')?.found ?? '', /^sandbox = true \(the default\), keep-failed = yes, /);
  assert.match(of('conf')?.found ?? '', /^NIX_CONFIG:1: no setting .*: what …$/);
  const himself = await asked(files, { NIX_CONFIG_HOME: '/h/nix', NIX_REMOTE: 'local' });
  assert.match(himself('settings')?.found ?? '', /^sandbox = false, /);
  assert.equal(himself('conf')?.found, 'each line is understood');
});
