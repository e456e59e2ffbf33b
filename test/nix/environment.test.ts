/** The build's environment and its shell (S4), with made-up stores; what real Nix leaves is in the tests that need it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, realpathSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { failureLine } from '../../src/base/failure.ts';
import { envValue } from '../../src/nix/env-vars.ts';
import { type LoadedEnvironment, loadEnvironment } from '../../src/nix/environment.ts';
import { recogniseKeptBuild } from '../../src/nix/recognise.ts';
import { scratchDirectory } from '../support/scratch.ts';

const scratch = realpathSync(scratchDirectory('environment'));
const root = `${scratch}/root`;
const BASH = '/nix/store/00000000000000000000000000000000-bash-5.2p37';
const SH = '/nix/store/11111111111111111111111111111111-links';
mkdirSync(`${root}${BASH}/bin`, { recursive: true });
writeFileSync(`${root}${BASH}/bin/bash`, '#!/bin/false\n', { mode: 0o755 });
writeFileSync(`${root}${BASH}/bin/plain`, '', { mode: 0o644 });
chmodSync(`${root}${BASH}/bin/plain`, 0o444);
symlinkSync('bash', `${root}${BASH}/bin/sh`);
mkdirSync(`${root}${SH}`);
symlinkSync(`${BASH}/bin/sh`, `${root}${SH}/sh`);
symlinkSync('/bin/bash', `${root}${SH}/outside`);
symlinkSync('loop', `${root}${SH}/loop`);

let count = 0;
/** A kept directory with this env-vars; `make` may lay out something else in its place. */
function kept(text: string | ((path: string) => void)): string {
  count += 1;
  const directory = `${scratch}/nix-build-hello-1.0.drv-${count}`;
  mkdirSync(directory);
  if (typeof text === 'string') writeFileSync(`${directory}/env-vars`, text);
  else text(`${directory}/env-vars`);
  return directory;
}

async function load(directory: string, storeRoot: string | null = root) {
  const build = recogniseKeptBuild(directory);
  assert.ok(build.ok);
  return loadEnvironment(build.value, { storeRoot, derivation: null, environment: {} });
}

async function loaded(directory: string, storeRoot?: string | null): Promise<LoadedEnvironment> {
  const result = await load(directory, storeRoot);
  assert.ok(result.ok, result.ok ? '' : failureLine(result.failure));
  return result.value;
}

async function refused(directory: string, storeRoot?: string | null): Promise<string> {
  const result = await load(directory, storeRoot);
  assert.ok(!result.ok);
  assert.equal(result.failure.status, 125);
  return failureLine(result.failure);
}

const shellLine = (path: string) => `declare -x SHELL="${path}"\n`;

test('S4: takes the shell from the line of env-vars', async () => {
  const { env, shell, shellFrom, derivation } = await loaded(
    kept(`declare -x A=$'b\\n'\n${shellLine(`${BASH}/bin/bash`)}`),
  );
  assert.equal(shell, `${BASH}/bin/bash`);
  assert.equal(shellFrom, 'SHELL in env-vars');
  assert.equal(derivation, null);
  assert.equal(envValue(env, 'A'), 'b\n');
  assert.equal(env.source.kind, 'file');
});

test('S4: a SHELL within the text of another variable is not the shell', async () => {
  const evil = `declare -x Y="a\ndeclare -x SHELL=\\"/evil\\"\n"\n`;
  assert.equal((await loaded(kept(`${shellLine(`${BASH}/bin/bash`)}${evil}`))).shell, `${BASH}/bin/bash`);
});

test('follows links of a store below --store ROOT as the sandbox will', async () => {
  assert.equal((await loaded(kept(shellLine(`${SH}/sh`)))).shell, `${SH}/sh`);
  assert.match(await refused(kept(shellLine(`${SH}/outside`))), /lstat\("[^"]*\/root\/bin"\) = ENOENT/);
  mkdirSync(`${root}/bin`);
  writeFileSync(`${root}/bin/bash`, '', { mode: 0o755 });
  assert.match(
    await refused(kept(shellLine(`${SH}/outside`))),
    /is a link to \/bin\/bash, which is not in \/nix\/store/,
  );
  assert.match(await refused(kept(shellLine(`${SH}/loop`))), /ELOOP/);
});

for (const outside of [
  '/bin/bash',
  'bash',
  '',
  `${BASH}/../../../bin/sh`,
  `/nix/store/x/bash`,
  `/evil${BASH}/bin/bash`,
  '/nix/store',
])
  test(`S4: refuses the shell ${JSON.stringify(outside)}, which is not in the store`, async () => {
    assert.match(
      await refused(kept(shellLine(outside))),
      /SHELL in env-vars is not in \/nix\/store; copy the kept directory /,
    );
  });

test('S4: names a shell that is gone and how to get it back', async () => {
  const gone = '/nix/store/22222222222222222222222222222222-bash-5.1';
  assert.match(
    await refused(kept(shellLine(`${gone}/bin/bash`))),
    new RegExp(`ENOENT.*nix-store --store .* -r ${gone} `),
  );
  assert.match(await refused(kept(shellLine(`${gone}/bin/bash`)), null), new RegExp(`nix-store -r ${gone} `));
  assert.match(await refused(kept(shellLine(`${BASH}/bin/plain`))), /no program that you may execute/);
  assert.match(await refused(kept(shellLine(`${BASH}/bin`))), /no program that you may execute/);
});

test("takes Guix' CONFIG_SHELL where SHELL is not there", async () => {
  const bash = `/gnu${BASH.slice(4)}`;
  mkdirSync(`${root}${bash}/bin`, { recursive: true });
  writeFileSync(`${root}${bash}/bin/bash`, '', { mode: 0o755 });
  const directory = `${scratch}/guix-build-hello-1.0.drv-0`;
  mkdirSync(directory);
  writeFileSync(`${directory}/environment-variables`, `export CONFIG_SHELL="${bash}/bin/bash"\n`);
  const { shell, shellFrom } = await loaded(directory);
  assert.deepEqual([shell, shellFrom], [`${bash}/bin/bash`, 'CONFIG_SHELL in environment-variables']);
});

test('an environment file that is swapped for something else after the look is not read', async () => {
  const swaps: readonly (readonly [(path: string) => void, RegExp])[] = [
    [path => execFileSync('mkfifo', [path]), /it is a FIFO, not a regular file/],
    [path => symlinkSync('/etc/passwd', path), /it is a symbolic link, not a regular file/],
    [path => symlinkSync('/dev/zero', path), /it is a symbolic link, not a regular file/],
    [path => mkdirSync(path), /it is a directory, not a regular file/],
    [() => undefined, /ENOENT/],
  ];
  for (const [swap, says] of swaps) {
    const directory = kept(shellLine(`${BASH}/bin/bash`));
    const build = recogniseKeptBuild(directory);
    assert.ok(build.ok);
    unlinkSync(`${directory}/env-vars`);
    swap(`${directory}/env-vars`);
    const result = await loadEnvironment(build.value, { storeRoot: root, derivation: null, environment: {} });
    assert.ok(!result.ok);
    assert.match(failureLine(result.failure), says);
  }
});

test('an environment file of unbelievable size is refused', async () => {
  const big = kept(path => execFileSync('truncate', ['-s', '70G', path]));
  assert.match(await refused(big), /more than 67108864 bytes/);
});
