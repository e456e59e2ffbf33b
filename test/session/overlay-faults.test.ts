/**
 * The calls that come before an overlay, each refused: root's own mounts and namespaces of a moment, and the files with several names that are put
 * into an ordinary user's layer. What can be done another way is, and said once; the rest is one line. Nothing is left.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { linkSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftovers } from '../support/leftovers.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { asUser, environmentFor, programFor } from '../support/program.ts';
import { type RefusedCall, withRefused } from '../support/refused-calls.ts';
import { smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { sessionsFor } from '../support/watched.ts';

const needed = missing('root', 'user', 'bwrap', 'id-mapped-mounts', 'user-namespaces', 'static-bash', 'static-busybox');
const { EDQUOT, EINTR, EIO, EMFILE, EMLINK, ENOMEM, ENOSPC, ENOSYS, EPERM, EROFS } = constants.errno;
/** How many of our overlays there are, and what became of two names of one file. */
const SCRIPT = "grep -c 'upperdir=build' /proc/self/mountinfo; cat second.c; stat -c %h second.c";

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs, some times in the same place, by `user`, over a directory of `owner` in which a file has two names. */
function runs(user: TestUser | null, owner: string, refused: RefusedCall, times = 1): readonly Ran[] {
  const { store, directory } = smallBuild();
  linkSync(join(directory, 'source/hello.c'), join(directory, 'second.c'));
  execFileSync('chown', ['-hR', owner, directory]);
  const sessions = sessionsFor(user);
  const before = treeHash(directory);
  const env = environmentFor(user, { NIX_BUILD_SHELL_SESSIONS: sessions });
  const command = asUser(user, [programFor(user), '--store', store, directory, 'bash', '-c', SCRIPT]);
  const ran = Array.from({ length: times }, () =>
    withRefused(refused, (words, fd) => {
      const stdio = ['ignore', 'pipe', 'pipe', fd] as const;
      const { status, stdout, stderr } = spawnSync(words[0] ?? '', [...words.slice(1), ...command], {
        cwd: '/',
        env,
        stdio: [...stdio],
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    }),
  );
  assert.equal(treeHash(directory), before);
  assert.deepEqual(
    leftovers(sessions).filter(name => !name.endsWith('-refused')),
    [],
  );
  return ran;
}

const CONTENT = 'int main(void) { return 0; }\n';
/** Our own: those of a plan are for what is below a path, too (AT_RECURSIVE). */
const OF_A_TREE = { argument: 2, bits: 0x1000 };
const CLONE_FILES = 0x400;
const IDS = { argument: 0, bits: CLONE_FILES + 0x1000_0000 };
const MOUNTS = { argument: 0, bits: CLONE_FILES + 0x2_0000 };

const OF_ROOT: readonly RefusedCall[] = [
  { call: 'open_tree', errno: EPERM },
  { call: 'open_tree', errno: EMFILE },
  { call: 'mount_setattr', errno: ENOMEM, when: OF_A_TREE },
  { call: 'clone', errno: ENOSPC, when: IDS },
  { call: 'clone', errno: EPERM, when: MOUNTS },
  { call: 'move_mount', errno: ENOMEM },
];

for (const refused of OF_ROOT)
  test(`root: ${refused.call}${refused.when === undefined ? '' : ` (${refused.when.bits.toString(16)})`} = ${refused.errno} before an overlay: a copy is made`, {
    skip: needed,
  }, () => {
    const [first, second] = runs(null, '12345:12346', refused, 2);
    for (const ran of [first, second]) assert.equal(`${ran?.status}|${ran?.stdout}`, `0|0\n${CONTENT}2\n`);
    const line = /^(nix-build-shell: [^\n]* = E[A-Z]+\)?: a copy is made instead[^\n]*\n)?$/;
    assert.match(first?.stderr ?? '', line);
    assert.match(second?.stderr ?? '', first?.stderr.includes('from now on') === true ? /^$/ : line);
  });

const FATAL: readonly RefusedCall[] = [
  { call: 'mkdirat', errno: EDQUOT, when: { argument: 2, bits: 0o300 } },
  { call: 'linkat', errno: ENOSPC },
  { call: 'openat', errno: EMFILE, when: { argument: 2, bits: 0o300 } },
  { call: 'utimensat', errno: EROFS },
];

for (const refused of FATAL)
  test(`an ordinary user: ${refused.call} = ${refused.errno} while files with several names are put in their place is one line`, {
    skip: needed,
  }, () => {
    const user = ordinaryUser();
    for (const { status, stdout, stderr } of runs(user, `${user?.uid}:${user?.gid}`, refused)) {
      assert.match(stderr, /^nix-build-shell: cannot [^\n]* = E[A-Z]+[^\n]*; [^\n]+\n$/);
      assert.equal(stderr.includes('make room'), [EDQUOT, ENOSPC].includes(refused.errno), stderr);
      assert.equal(`${status}|${stdout}`, '125|');
    }
  });

const BEARABLE: readonly (readonly [RefusedCall, links: number])[] = [
  [{ call: 'linkat', errno: EMLINK }, 1],
  [{ call: 'linkat', errno: EIO }, 1],
  [{ call: 'linkat', errno: EPERM }, 1],
  [{ call: 'copy_file_range', errno: EINTR }, 2],
  [{ call: 'copy_file_range', errno: ENOSYS }, 2],
  [{ call: 'fchmod', errno: EPERM }, 2],
];

for (const [refused, links] of BEARABLE)
  test(`an ordinary user: ${refused.call} = ${refused.errno} while files with several names are put in their place is done without`, {
    skip: needed,
  }, () => {
    const user = ordinaryUser();
    for (const { status, stdout, stderr } of runs(user, `${user?.uid}:${user?.gid}`, refused)) {
      assert.equal(stderr, '');
      assert.equal(`${status}|${stdout}`, `0|1\n${CONTENT}${links}\n`);
    }
  });
