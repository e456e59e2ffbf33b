/**
 * A kernel that refuses a layer above the store wherever it lies (docs/decisions/0085-the-whole-store-has-a-layer.md): the store is on as many
 * overlays as the kernel stacks, so that there cannot be one more.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { asUser, environmentFor, programFor } from '../support/program.ts';
import { smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { sessionsFor } from '../support/watched.ts';

const HERE = missing('user-namespaces', 'static-bash', 'static-busybox');
const SIDES: readonly (readonly [string, TestUser | null, readonly string[], string | false])[] =
  process.getuid?.() === 0
    ? [
        ['root', null, ['--mount'], HERE === false ? missing('id-mapped-mounts') : HERE],
        [
          'an ordinary user',
          ordinaryUser(),
          ['--user', '--map-root-user', '--mount'],
          HERE === false ? missing('user') : HERE,
        ],
      ]
    : [['an ordinary user', null, ['--user', '--map-root-user', '--mount'], HERE]];

/** ROOT of the store, a directory for the mounts, then what is run in front of that store, twice. */
const STACKED = `set -eu
root=$1 at=$2; shift 2
mount -t tmpfs none "$at"
under=$root/nix count=0
while mkdir "$at/$count" "$at/empty$count" && mount -t overlay overlay -o "lowerdir=$under:$at/empty$count" "$at/$count" 2>/dev/null
do under=$at/$count count=$((count + 1)); done
[ "$count" -gt 0 ]
mount --bind "$under" "$root/nix"
export NIX_BUILD_SHELL_SESSIONS="$at/sessions"
"$@"; echo again >&2; "$@"
cat "$at/sessions/overlay-refused"`;

for (const [side, user, namespaces, skip] of SIDES)
  test(`${side}: a store that no layer can lie above is read-only, which is said once; the working copy is as ever`, {
    skip,
  }, () => {
    const { store, directory } = smallBuild();
    const before = treeHash(store);
    const script = 'mkdir $out 2>/dev/null && echo made || echo read-only';
    const command = [programFor(user), '--store', store, '--whole-store', directory, 'bash', '-c', script];
    const words = ['unshare', ...namespaces, '--propagation', 'private', 'sh', '-c', STACKED, 'sh'];
    const [program = '', ...args] = asUser(user, [...words, store, sessionsFor(user), ...command]);
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: '/',
      env: environmentFor(user),
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const [first, second, ...refused] = stdout.trimEnd().split('\n');
    assert.deepEqual([first, second], ['read-only', 'read-only']);
    // Nothing but the layer was refused: an overlay for the working copy is made anew for no try.
    for (const line of refused) assert.match(line, /\/store-(session|memory) EINVAL$/);
    const said = stderr.trimEnd().split('\n');
    // From the second run on, it is known.
    assert.equal(said.pop(), 'again');
    assert.match(
      said.pop() ?? '',
      /^nix-build-shell: a layer above .* = EINVAL\): the outputs cannot be written, from now on$/,
    );
    // Where the session's file system could hold one, that was tried before.
    for (const line of said) assert.match(line, /= EINVAL\): one that lies in memory is tried, from now on$/);
    assert.ok(said.length < 2, stderr);
    assert.equal(treeHash(store), before);
  });
