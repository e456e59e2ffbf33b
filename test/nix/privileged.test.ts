/** The one privileged step, with the real sudo: the ordinary user may run tar as root while a test needs it. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { arrange } from '../support/arrange.ts';
import { keptBuild } from '../support/kept.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { environmentFor, type Output, programFor, run, runCommand } from '../support/program.ts';
import { whenRunEnds } from '../support/run-directory.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { Terminal } from '../support/tmux.ts';
import { treeHash } from '../support/tree-hash.ts';

const SKIP = missing('nix', 'nix-daemon', 'root', 'user', 'user-namespaces', 'static-bash', 'static-busybox', 'sudo');
const RULE = `/etc/sudoers.d/nbs-test-${process.pid}`;
const SESSIONS = SKIP === false ? sessions() : '';

function sessions(): string {
  const directory = scratchDirectory('sessions');
  mkdirSync(`${directory}/own`, { mode: 0o700 });
  const { uid = 0, gid = 0 } = ordinaryUser() ?? {};
  chmodSync(directory, 0o711);
  chownSync(`${directory}/own`, uid, gid);
  return `${directory}/own`;
}

const ENVIRONMENT = { NIX_BUILD_SHELL_SESSIONS: SESSIONS };

function enter(directory: string, options: readonly string[], command: string): Output {
  return run([...options, directory, 'bash', '-c', command], { user: ordinaryUser(), env: ENVIRONMENT });
}

function enterWithPath(directory: string, path: string): Output {
  const user = ordinaryUser();
  return runCommand(['env', `PATH=${path}`, programFor(user), '--sudo', directory, 'true'], { user, env: ENVIRONMENT });
}

/** A PATH of our own: Node and tar, and what is added. */
function bareBin(): string {
  const bin = scratchDirectory('bin');
  const node = environmentFor(ordinaryUser())['PATH']?.split(':')[0] ?? '';
  symlinkSync(`${node}/node`, `${bin}/node`);
  symlinkSync('/usr/bin/tar', `${bin}/tar`);
  return bin;
}

/** While `body` runs, the ordinary user may run tar as root without a password. */
async function withSudo(body: () => void | Promise<void>): Promise<void> {
  writeFileSync(RULE, `${ordinaryUser()?.name} ALL=(root) NOPASSWD: /usr/bin/tar\n`, { mode: 0o440, flag: 'wx' });
  try {
    await body();
  } finally {
    rmSync(RULE);
  }
}

const SUDO = /^nix-build-shell: copying with privileges: sudo tar --create --sparse --directory \S+ --file - \.\n/;

describe('what only root may read', { skip: SKIP, concurrency: false }, () => {
  whenRunEnds(() => rmSync(RULE, { force: true }));

  test('is copied by sudo, and the real env-vars is used', () =>
    withSudo(() => {
      const { outer } = arrange(keptBuild('plain-new'), 'flat');
      const before = treeHash(outer);
      const { status, stdout, stderr } = enter(
        outer,
        ['--sudo'],
        'echo "$GZIP_NO_TIMESTAMPS $PWD"; stat -c "%u %a %n" /build/env-vars /build/source',
      );
      assert.equal(status, 0, stderr.toString());
      assert.equal(stdout.toString(), '1 /build/source\n1000 600 /build/env-vars\n1000 755 /build/source\n');
      assert.match(stderr.toString(), SUDO);
      assert.equal(stderr.toString().split('\n').length, 2, 'and nothing else is said');
      assert.equal(treeHash(outer), before);
      assert.deepEqual(readdirSync(SESSIONS), []);
    }));

  test('a directory that is closed as a whole is entered, its content as /build; given as Nix printed it, too', () =>
    withSudo(() => {
      const directories = [
        ['plain-new', 'outer'],
        ['plain-new', 'printed'],
        ['structured-attrs', 'outer'],
        ['raw', 'printed'],
      ] as const;
      for (const [kind, which] of directories) {
        const directory = arrange(keptBuild(kind), 'nested-closed')[which];
        const { status, stdout, stderr } = enter(directory, ['--sudo'], '[[ -d /build/build ]] || echo /build/*');
        assert.equal(status, 0, stderr.toString());
        assert.equal(
          stdout.toString(),
          kind === 'raw' ? '/build/env-vars /build/made /build/sub\n' : '/build/env-vars /build/source\n',
        );
        assert.match(stderr.toString(), SUDO);
      }
    }));

  for (const mode of [0o600, 0o644])
    test(`files of all kinds arrive, also where env-vars is ${mode.toString(8)}, and FIFOs do not block`, () =>
      withSudo(() => {
        const { outer } = arrange(keptBuild('odd-files'), 'flat');
        chmodSync(`${outer}/env-vars`, mode);
        const { status, stdout, stderr } = enter(
          outer,
          ['--sudo'],
          'cd /build/tree; cat private closed/hidden; stat -c "%F %h %n" fifo file link; stat -c "%a" closed empty',
        );
        assert.equal(status, 0, stderr.toString());
        assert.equal(
          stdout.toString(),
          'secret\nhidden\nfifo 1 fifo\nregular file 2 file\nsymbolic link 1 link\n700\n555\n',
        );
      }));

  test('is not asked for without a terminal: one line names the step', () => {
    const { outer, printed } = arrange(keptBuild('plain-new'), 'nested-closed');
    for (const directory of [outer, printed, `${printed}/`]) {
      const { status, stdout, stderr } = enter(directory, [], 'echo inside');
      assert.equal(status, 125);
      assert.equal(stdout.toString(), '');
      assert.match(
        stderr.toString(),
        /^nix-build-shell: cannot read \S+: open\("[^\n]*", O_DIRECTORY\) = EACCES; it belongs to root: --sudo copies it with one privileged step: sudo tar [^\n]*\n$/,
      );
      assert.deepEqual(readdirSync(SESSIONS), []);
    }
  });

  test('sudo that refuses is a failure, and nothing is left', () => {
    const { outer } = arrange(keptBuild('plain-new'), 'flat');
    const { status, stderr } = enter(outer, ['--sudo'], 'echo inside');
    assert.equal(status, 125);
    assert.match(
      stderr.toString(),
      /^nix-build-shell: copying[^\n]*\n[^]*\nnix-build-shell: cannot copy \S+ with one privileged step: 'sudo tar' ended with status 1; its own words stand above\n$/,
    );
    assert.doesNotMatch(stderr.toString(), /^tar:/m);
    assert.deepEqual(readdirSync(SESSIONS), []);
  });

  test('without sudo, doas and run0 that is said', () => {
    const { outer } = arrange(keptBuild('plain-new'), 'flat');
    const bin = bareBin();
    const { status, stderr } = enterWithPath(outer, bin);
    assert.equal(status, 125, stderr.toString());
    assert.match(
      stderr.toString(),
      /none of sudo, doas and run0 is in PATH; let root make a copy that you may read\n$/,
    );
  });

  test('doas takes its place where there is no sudo', () => {
    const { outer } = arrange(keptBuild('plain-new'), 'flat');
    const bin = bareBin();
    writeFileSync(`${bin}/doas`, '#!/bin/sh\necho "doas: $*" >&2\nexit 3\n', { mode: 0o755 });
    const { status, stderr } = enterWithPath(outer, bin);
    assert.equal(status, 125, stderr.toString());
    assert.match(
      stderr.toString(),
      /\ndoas: tar --create --sparse .*\nnix-build-shell: [^\n]* 'doas tar' ended with status 3;/,
    );
  });

  for (const [answer, says] of [
    ['y', /^inside$/m],
    ['', /cannot read \S+/],
  ] as const)
    test(`on a terminal the command is shown, then asked for; the answer is ${answer === '' ? 'no by default' : 'yes'}`, () =>
      withSudo(async () => {
        const { outer } = arrange(keptBuild('plain-new'), 'nested-closed');
        const user = ordinaryUser();
        const words = [programFor(user), outer, 'bash', '-c', 'echo inside'];
        const terminal = new Terminal(words, { user, env: ENVIRONMENT });
        try {
          const asked = await terminal.until(/run it\? \[y\/N\]/);
          assert.match(asked, /one privileged step would copy it: sudo\s+tar --create/);
          await terminal.type(answer, says);
        } finally {
          terminal.close();
        }
      }));
});
