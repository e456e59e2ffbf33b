/** The working copy (S12): everything that the caller may carry over, a name for what he may not, and DIR never changes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftovers } from '../support/leftovers.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { accessTimes, attribute, find, listing, makeDeepTree, makeOddTree } from '../support/odd-tree.ts';
import { type Output, programFor, run, runCommand } from '../support/program.ts';
import { atBest, slowness, timed } from '../support/quick.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { isFailure, SIDES, sessionsFor } from '../support/watched.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');
const root = process.getuid?.() === 0;

/** `npm run soak` copies 100,000. */
const ENTRIES = Number(process.env['NBS_ENTRIES'] ?? 10_000);

interface Copied extends Output {
  readonly copy: string;
}

/** Makes the working copy, and keeps it to be looked at. The modes are those of the copy, not those that /build gets. */
function copied({ store, directory }: SmallBuild, user: TestUser | null, options: readonly string[] = []): Copied {
  const sessions = sessionsFor(user);
  const args = ['--copy=copy', '--keep', '--without=modes', '--store', store, ...options, directory, 'true'];
  const output = run(args, { user, env: { NIX_BUILD_SHELL_SESSIONS: sessions } });
  assert.equal(output.status, 0, output.stderr.toString());
  const [session = '', ...others] = readdirSync(sessions);
  assert.deepEqual(others, []);
  return { ...output, copy: join(sessions, session, 'build') };
}

/** What is said on stderr besides where the copy is kept. */
function said({ stderr }: Output): string {
  return stderr.toString().replace(/nix-build-shell: the working copy is kept in .*\n/, '');
}

function give(directory: string, user: TestUser): void {
  execFileSync('chown', ['-hR', `${user.uid}:${user.gid}`, directory]);
}

/** Names, kinds, modes, sizes of files and times. */
function shape(directory: string): readonly string[] {
  const files = find(directory, ['-not', '-type', 'd', '-printf', '%P %y %m %s %T@\\0']);
  return [...files, ...find(directory, ['-mindepth', '1', '-type', 'd', '-printf', '%P %y %m %T@\\0'])].sort();
}

/** A copy is told from the tree by this alone. */
const BASHES_OWN = ['env-vars'];

for (const [name, user] of SIDES) {
  test(`${name}: a tree of one's own is copied with everything, without leaving a trace in it`, { skip }, () => {
    const build = smallBuild();
    makeOddTree(build.directory);
    if (root && user !== null) give(build.directory, user);
    // Given away, a set-id bit is gone; this one is the owner's own.
    chmodSync(join(build.directory, 'mode4755'), 0o4755);
    execFileSync('find', [build.directory, '-type', 'f', '-exec', 'touch', '-a', '-d', '1990-01-01', '{}', '+']);
    const before = [treeHash(build.directory), ...accessTimes(build.directory)];
    const { copy, ...output } = copied(build, user);
    const unreadable =
      root && user === null
        ? ''
        : '2 of its files could not be copied and are missing inside: mode0000 (EACCES), mode0200 (EACCES)';
    assert.equal(said(output), unreadable === '' ? '' : `nix-build-shell: ${unreadable}\n`);
    assert.deepEqual([treeHash(build.directory), ...accessTimes(build.directory)], before);
    const lost = unreadable === '' ? BASHES_OWN : [...BASHES_OWN, 'mode0000', 'mode0200'];
    assert.deepEqual(listing(copy, lost), listing(build.directory, lost));
    assert.equal(attribute(join(copy, 'dense'), 'user.note'), 'kept');
    assert.equal(attribute(join(copy, 'sub'), 'user.note'), 'of a directory');
    assert.ok(statSync(join(copy, 'sparse')).blocks < 100);
    assert.equal(statSync(join(copy, 'plain')).ino, statSync(join(copy, 'sub/hard')).ino);
    const uid = user?.uid ?? process.getuid?.() ?? 0;
    assert.deepEqual(find(copy, ['-not', '-uid', String(uid), '-print0']), []);
  });

  test(`${name}: 1,000 levels and paths of more than 4,000 bytes are copied and removed`, { skip }, () => {
    const build = smallBuild();
    makeDeepTree(build.directory);
    const before = shape(build.directory);
    const { copy, ...output } = copied(build, user);
    assert.equal(said(output), '');
    assert.deepEqual(shape(copy), before);
    assert.deepEqual(shape(build.directory), before);
    const sessions = sessionsFor(user);
    const args = ['--copy=copy', '--store', build.store, build.directory, 'true'];
    assert.equal(run(args, { user, env: { NIX_BUILD_SHELL_SESSIONS: sessions } }).status, 0);
    assert.deepEqual(leftovers(sessions), []);
    // node:fs cannot remove what is deeper than a path can say.
    execFileSync('rm', ['-rf', build.directory, copy]);
  });
}

test(`a directory of ${ENTRIES} entries is copied about as fast as cp(1) does`, { skip }, async () => {
  const build = smallBuild();
  const many = join(build.directory, 'many');
  mkdirSync(many);
  execFileSync('bash', ['-c', `seq ${ENTRIES} | xargs touch`], { cwd: many });
  await atBest(async () => {
    let copy = '';
    const took = await timed(() => {
      const made = copied(build, null);
      assert.equal(said(made), '');
      copy = made.copy;
    });
    assert.equal(readdirSync(join(copy, 'many')).length, ENTRIES);
    const cp = await timed(() => execFileSync('cp', ['-a', many, join(copy, '../cp')]));
    // A start of the program is in it, too.
    const most = 4 * cp + 2000 * slowness();
    assert.ok(took < most, `${took.toFixed()} ms, and cp took ${cp.toFixed()} ms`);
  });
});

test('a tree of somebody else is copied as far as it can be read, and the rest is named and counted', {
  skip: skip || missing('root', 'user'),
}, () => {
  const user = ordinaryUser();
  const build = smallBuild();
  makeOddTree(build.directory);
  execFileSync('mknod', [join(build.directory, 'device'), 'c', '1', '3']);
  for (let number = 0; number < 5; number += 1) mkdirSync(join(build.directory, `private${number}`), { mode: 0o700 });
  const before = treeHash(build.directory);
  const { copy, ...output } = copied(build, user);
  assert.equal(treeHash(build.directory), before);
  const lost = find(build.directory, ['-mindepth', '1', '-printf', '%P\\0']).filter(
    path => !find(copy, ['-mindepth', '1', '-printf', '%P\\0']).includes(path),
  );
  assert.deepEqual(lost.toSorted(), [
    'closed',
    'closed/x',
    'device',
    'mode0000',
    'mode0200',
    'mode0400',
    'mode0711',
    'private0',
    'private1',
    'private2',
    'private3',
    'private4',
    'sticky',
    'sticky/y',
  ]);
  assert.match(
    said(output),
    /^nix-build-shell: 12 of its files could not be copied and are missing inside: (\S+ \((EACCES|EPERM)\), ){3}…; 'show DIR' names those that you cannot read, --sudo copies them, too\n$/,
  );
  assert.deepEqual(find(copy, ['-not', '-uid', String(user?.uid), '-print0']), []);
  assert.deepEqual(find(copy, ['-perm', '/6000', '-print0']), [], 'a set-id bit would mean another user');
});

test('root carries everything over, as his own', { skip: skip || missing('root', 'user') }, () => {
  const user = ordinaryUser();
  const build = smallBuild();
  makeOddTree(build.directory);
  execFileSync('mknod', [join(build.directory, 'device'), 'c', '1', '3']);
  if (user !== null) give(build.directory, user);
  chmodSync(join(build.directory, 'mode4755'), 0o4755);
  const before = [treeHash(build.directory), ...accessTimes(build.directory)];
  const { copy, ...output } = copied(build, null);
  assert.equal(said(output), '');
  assert.deepEqual([treeHash(build.directory), ...accessTimes(build.directory)], before);
  const other = [...BASHES_OWN, 'mode4755'];
  assert.deepEqual(listing(copy, other), listing(build.directory, other));
  assert.equal(statSync(join(copy, 'mode4755')).mode & 0o7777, 0o755);
  assert.deepEqual(find(copy, ['-not', '-uid', '0', '-print0']), []);
});

test('names that a terminal acts on are said safely', { skip: skip || missing('root', 'user') }, () => {
  const build = smallBuild();
  writeFileSync(join(build.directory, 'a\u001b]0;owned\u0007\nb\u009b31m'), '', { mode: 0 });
  const output = copied(build, ordinaryUser());
  assert.match(
    said(output),
    /^nix-build-shell: 1 of its files .* is missing inside: a\\e\]0;owned\\x07\\nb\\x9b31m \(EACCES\); --sudo copies it, too\n$/,
  );
});

test('256 descriptors are enough for any tree, and too few are said in one line', { skip }, () => {
  const build = smallBuild();
  makeDeepTree(build.directory);
  const withLimit = (limit: number): Output => {
    const sessions = sessionsFor(null);
    const words = [programFor(null), '--copy=copy', '--store', build.store, build.directory, 'true'];
    const output = runCommand(['bash', '-c', `ulimit -n ${limit}; exec "$@"`, 'x', ...words], {
      env: { NIX_BUILD_SHELL_SESSIONS: sessions },
    });
    assert.deepEqual(leftovers(sessions), []);
    return output;
  };
  const enough = withLimit(256);
  assert.equal(enough.stderr.toString(), '');
  assert.equal(enough.status, 0);
  isFailure(withLimit(80), 125, /= EMFILE; raise the limit of open files/);
  execFileSync('rm', ['-rf', build.directory]);
});

test('what a start cannot remove, as it may open nothing more, goes with the next one', { skip }, () => {
  const build = smallBuild();
  const sessions = sessionsFor(null);
  const env = { NIX_BUILD_SHELL_SESSIONS: sessions };
  const words = [programFor(null), '--copy=copy', '--store', build.store, build.directory, 'true'];
  let left = 0;
  for (let limit = 16; limit < 40; limit += 3) {
    const { stderr } = runCommand(['bash', '-c', `ulimit -n ${limit}; exec "$@"`, 'x', ...words], { env });
    assert.doesNotMatch(stderr.toString(), /internal error/);
    left = Math.max(left, leftovers(sessions).length);
  }
  assert.ok(left > 0, 'no limit was of the kind that is meant');
  assert.equal(runCommand(words, { env }).status, 0);
  assert.deepEqual(leftovers(sessions), []);
});

test('a limit of file sizes makes a file missing, by name', { skip }, () => {
  const build = smallBuild();
  writeFileSync(join(build.directory, 'big'), Buffer.alloc(300_000, 1));
  const words = [programFor(null), '--copy=copy', '--store', build.store, build.directory, 'true'];
  const { stderr, status } = runCommand(['bash', '-c', 'ulimit -f 100; exec "$@"', 'x', ...words]);
  assert.match(stderr.toString(), /1 of its files could not be copied and is missing inside: big \(EFBIG\)\n$/);
  assert.equal(status, 0);
});

test('a DIR that vanishes during the copy is no crash, and nothing is left', { skip }, async () => {
  for (const after of [0, 40, 80, 120]) {
    const build = smallBuild();
    const make = 'for my $part (1..30) { mkdir "part$part"; for (1..100) { open(my $file, ">", "part$part/$_") } }';
    execFileSync('perl', ['-e', make], { cwd: build.directory });
    const sessions = sessionsFor(null);
    const words = [programFor(null), '--copy=copy', '--store', build.store, build.directory, 'true'];
    const { stderr, status } = runCommand(
      ['bash', '-c', `(sleep ${after / 1000}; rm -rf "$0") & exec "$@"`, build.directory, ...words],
      {
        env: { NIX_BUILD_SHELL_SESSIONS: sessions },
      },
    );
    assert.ok([0, 125, 127].includes(status ?? -1), `${status}: ${stderr.toString()}`);
    for (const line of stderr.toString().split('\n').slice(0, -1))
      assert.match(line, /^(nix-build-shell|--|\/build\/env-vars): /);
    assert.doesNotMatch(stderr.toString(), /internal error/);
    assert.deepEqual(leftovers(sessions), []);
  }
});
