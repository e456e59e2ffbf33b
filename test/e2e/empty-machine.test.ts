/** A machine without kept builds, as a person meets it: how one is made, and one key into the failed build that comes with the program. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { asUser, readableCopy } from '../support/program.ts';
import type { Pty } from '../support/pty.ts';
import { inPty } from '../support/ui-pty.ts';

const USERS: readonly (readonly [name: string, fact: 'root' | 'user', () => TestUser | null])[] = [
  ['root', 'root', () => null],
  ['an ordinary user', 'user', ordinaryUser],
];

/** Where the program lies on that machine: it, and whatever is below /tmp, is seen nowhere else. */
const PROGRAM = '/mnt';
const HOME = '/tmp/home';
const EMPTY = [
  'mount --bind "$PROGRAM_COPY" /mnt',
  'for p in /tmp /var/tmp /nix/var/nix/builds /nix/var/nix/b; do [ ! -d $p ] || mount -t tmpfs none $p; done',
  `mkdir -m 0777 ${HOME}`,
  'PATH=/mnt/node:$PATH',
];
const NO_FIXTURES = 'mount -t tmpfs none /mnt/fixtures';
const NO_BASH = 'for p in /bin/bash-static /bin/bash; do [ ! -e $p ] || mount --bind /dev/null $p; done';

/** The UI there, in a mount namespace of its own. @param hide lines of sh(1) that take more away */
function onEmptyMachine(user: TestUser | null, words: readonly string[] = [], hide: readonly string[] = []): Pty {
  const script = [...EMPTY, ...hide, 'exec "$@"'].join('\n');
  const program = asUser(user, [`${PROGRAM}/nix-build-shell`, '--ui', ...words]);
  const command = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh', ...program];
  const env = { HOME, TMPDIR: undefined, XDG_CACHE_HOME: undefined, PROGRAM_COPY: readableCopy() };
  return inPty(command, { env });
}

for (const [name, fact, user] of USERS) {
  const skip = missing('root', fact, 'user-namespaces');

  test(`${name} is told how a kept build is made, and d enters the demo`, { skip }, async () => {
    const pty = onEmptyMachine(user());
    const screen = await pty.shows('No kept build directories were found');
    assert.match(screen, /^ {4}nix-build -A PACKAGE --keep-failed$/m);
    assert.match(screen, /d enters a failed build .*\n\n {4}node \/mnt\/scripts\/demo\.mjs$/m);
    assert.match(screen, /Looked in: \/tmp, \/var\/tmp/);
    pty.type('d');
    await pty.shows(/\[wttr-0\.1\.0\] \/build\/source \$$/m);
    await pty.shows(/^ demo .*Ctrl-\] menu/m);
    pty.type('cargo build\r');
    await pty.shows('could not run `pkg-config`');
    pty.type('exit\r');
    await pty.shows('ended with status 0');
    pty.type('x');
    await pty.shows('d enters a failed build');
    pty.type('q');
    assert.deepEqual(await pty.ended(), { status: 0, signal: 0 });
  });

  test(`${name} is told what is missing, where the demo cannot be entered`, { skip }, async () => {
    const bare = onEmptyMachine(user(), [], [NO_FIXTURES]);
    await bare.shows('This copy of the program has no demo.  d says what is missing.');
    bare.type('d');
    await bare.shows('/mnt/fixtures/demo does not exist');
    bare.type('q');
    await bare.shows(/^(?!.*does not exist)/s);
    bare.type('q');
    assert.equal((await bare.ended()).status, 0);
    const bashless = onEmptyMachine(user(), [], [NO_BASH]);
    await bashless.shows('d enters');
    bashless.type('d');
    await bashless.shows('ended with status 1');
    assert.match(bashless.screen(), /demo: bash 5 or newer is needed/);
    bashless.type('q');
    assert.equal((await bashless.ended()).status, 0);
  });
}

test('in line mode the word demo enters it', { skip: missing('root', 'user-namespaces') }, async () => {
  const pty = onEmptyMachine(null, ['--plain']);
  await pty.shows(/demo: enters that build \(node \/mnt\/scripts\/demo\.mjs\)\.[^]*What\?/);
  pty.type('demo\r');
  await pty.shows(/\[wttr-0\.1\.0\] \/build\/source \$$/m);
  pty.type('exit\r');
  await pty.shows(/step by step[^]*What\? *$/);
  pty.type('q\r');
  assert.equal((await pty.ended()).status, 0);
});
