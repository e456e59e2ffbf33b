/** The overlay rung: a kept directory of the caller's own is not copied, and yet never changes (docs/decisions/0032). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { asUser, environmentFor, type Output, programFor, run, runCommand } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');

/** A kept build that is whole the user's own, and a place for sessions beside it. */
interface Own extends SmallBuild {
  readonly sessions: string;
  readonly enter: (command: readonly string[], options?: readonly string[]) => Output;
}

function ownBuild(user: TestUser | null, change: (directory: string) => void = () => undefined): Own {
  const build = smallBuild();
  change(build.directory);
  const sessions = join(scratchDirectory('sessions'), 'of user');
  mkdirSync(sessions, { mode: 0o700 });
  if (user !== null) execFileSync('chown', ['-hR', `${user.uid}:${user.gid}`, build.directory, sessions]);
  const enter = (command: readonly string[], options: readonly string[] = []): Output =>
    run(['--store', build.store, ...options, build.directory, ...command], {
      user,
      env: { NIX_BUILD_SHELL_SESSIONS: sessions },
    });
  return { ...build, sessions, enter };
}

const said = ({ stdout, stderr, status }: Output): string => `${status}|${stdout.toString()}|${stderr.toString()}`;
const fsOf = (script: string): readonly string[] => ['bash', '-c', script];

for (const user of [null, ordinaryUser()]) {
  const who = user === null ? 'the caller' : 'an ordinary user';

  test(`a directory of ${who} is entered without a copy, and never changes`, { skip }, () => {
    const { enter, directory, sessions } = ownBuild(user);
    const before = treeHash(directory);
    const script = `grep -c 'upperdir=build' /proc/self/mountinfo
      echo changed >>source/hello.c; rm env-vars; mkdir source/new; chmod 700 source; cat source/hello.c; stat -c '%u %g' source/hello.c`;
    assert.equal(said(enter(fsOf(script))), '0|1\nint main(void) { return 0; }\nchanged\n1000 100\n|');
    assert.equal(treeHash(directory), before);
    assert.deepEqual(readdirSync(sessions), []);
  });

  test(`a directory of ${who} to which nobody may write is no refusal of overlays`, { skip }, () => {
    for (const mode of [0o555, 0o500, 0o1755]) {
      const { enter, sessions } = ownBuild(user, top => chmodSync(top, mode));
      const script = fsOf("grep -c 'upperdir=build' /proc/self/mountinfo; echo mine >mine; cat mine");
      assert.equal(said(enter(script)), '0|1\nmine\n|');
      assert.deepEqual(readdirSync(sessions), []);
    }
  });

  test(`the plan for a directory of ${who} names the rung, and what it does otherwise`, { skip }, () => {
    const { directory, store } = ownBuild(user);
    const plan = run(['plan', '--store', store, directory, 'true'], { user }).stdout.toString().replaceAll(/\s+/g, ' ');
    assert.match(plan, /of the host at \/build, under a layer that takes all changes/);
    assert.match(plan, /all 4 entries/);
    // Root's own overlay can do more (root-overlay.test.ts).
    if (user !== null || process.getuid?.() !== 0) assert.match(plan, /says EXDEV; mv copies it instead/);
  });

  test(`a copy that ${who} asks for, or wants to keep, is one`, { skip }, () => {
    const { enter, sessions } = ownBuild(user);
    const script = fsOf("grep -c 'upperdir=build' /proc/self/mountinfo; echo mine >mine");
    assert.equal(said(enter(script, ['--copy=copy'])), '0|0\n|');
    const kept = said(enter(script, ['--keep']));
    const path = /^0\|0\n\|nix-build-shell: the working copy is kept in (.*)\n$/.exec(kept)?.[1] ?? '';
    assert.deepEqual(readdirSync(path).sort(), ['env-vars', 'mine', 'source']);
    assert.equal(readdirSync(sessions).length, 1);
  });
}

test('files with several names stay one on the overlay, links and all', { skip }, () => {
  const { enter, directory, sessions, store } = ownBuild(ordinaryUser(), top => {
    linkSync(join(top, 'source/hello.c'), join(top, 'second.c'));
    mkdirSync(join(top, 'deep/er'), { recursive: true });
    symlinkSync('nowhere', join(top, 'deep/er/link'));
    linkSync(join(top, 'deep/er/link'), join(top, 'same'));
    writeFileSync(join(top, 'deep/once'), 'one name here\n');
    linkSync(join(top, 'deep/once'), join(top, '../outside'));
    utimesSync(join(top, 'deep/er'), 1e9, 1e9);
  });
  const before = treeHash(directory);
  const script = `grep -c 'upperdir=build' /proc/self/mountinfo; stat -c '%Y %a' deep/er; ls deep/er source; echo more >>second.c
    tail -n1 source/hello.c; stat -c %h source/hello.c same; readlink same; cat deep/once; stat -c '%u %g' second.c source`;
  const shown =
    '1\n1000000000 755\ndeep/er:\nlink\n\nsource:\nhello.c\nmore\n2\n2\nnowhere\none name here\n1000 100\n1000 100\n';
  assert.equal(said(enter(fsOf(script))), `0|${shown}|`);
  assert.equal(treeHash(directory), before);
  assert.deepEqual(readdirSync(sessions), []);
  const plan = run(['plan', '--store', store, directory, 'true'], { user: ordinaryUser() }).stdout.toString();
  assert.match(plan.replaceAll(/\s+/g, ' '), /in which 4 names of files with several \(hard links\) are already/);
});

test('odd files keep working on the overlay', { skip }, () => {
  const { enter } = ownBuild(ordinaryUser(), directory => {
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    writeFileSync(join(directory, 'closed'), 'secret\n', { mode: 0 });
    execFileSync('truncate', ['-s', '1G', join(directory, 'sparse')]);
    symlinkSync('/etc/shadow', join(directory, 'link'));
    let deep = directory;
    for (let level = 0; level < 14; level += 1) mkdirSync((deep = join(deep, 'd'.repeat(250))));
  });
  const script = `(echo through >pipe &) ; cat pipe; cat closed; chmod 600 closed; cat closed; readlink link
    echo end >>sparse; stat -c %s sparse; find . -type d | wc -l; cd "$(find . -mindepth 14 -type d)" && echo x >y && cat y`;
  const { status, stdout, stderr } = enter(fsOf(script));
  assert.deepEqual(stdout.toString().split('\n'), ['through', 'secret', '/etc/shadow', '1073741828', '16', 'x', '']);
  assert.equal(stderr.toString(), "cat: can't open 'closed': Permission denied\n");
  assert.equal(status, 0);
});

test('a directory that its owner may not read is there on the overlay, and can be opened inside', {
  skip: skip || missing('root'),
}, () => {
  const { enter, directory, store, sessions } = ownBuild(ordinaryUser(), top => {
    mkdirSync(join(top, 'closed/within'), { recursive: true });
    writeFileSync(join(top, 'closed/within/file'), 'found\n', { mode: 0 });
    for (const mode of ['closed/within', 'closed']) chmodSync(join(top, mode), 0);
  });
  const script = `stat -c '%a %u' closed; chmod 700 closed closed/within; chmod 600 closed/within/file; cat closed/within/file
    echo more >>closed/within/file; tail -n1 closed/within/file; touch closed/new; ls closed`;
  assert.equal(said(enter(fsOf(script))), '0|0 1000\nfound\nmore\nnew\nwithin\n|');
  assert.equal(statSync(join(directory, 'closed')).mode & 0o777, 0);
  assert.deepEqual(readdirSync(sessions), []);
  const plan = run(['plan', '--store', store, directory, 'true'], { user: ordinaryUser() }).stdout.toString();
  assert.match(plan.replaceAll(/\s+/g, ' '), /files of other users in closed, if there are any, belong to nobody/);
});

test('a bind below /build has its place on the overlay, and no link leads it elsewhere', { skip }, () => {
  const { enter, directory } = ownBuild(ordinaryUser(), top => symlinkSync('/tmp', join(top, 'away')));
  const before = treeHash(directory);
  const shown = enter(fsOf('ls a/b; ls source; ls'), ['--bind', `${directory}/source:/build/a/b`]);
  assert.equal(said(shown), '0|hello.c\nhello.c\na\naway\nenv-vars\nsource\n|');
  const refused = enter(['true'], ['--bind', `${directory}/source:/build/away/b`]);
  assert.equal(refused.status, 125);
  assert.match(refused.stderr.toString(), /something else there \(a link/);
  assert.equal(treeHash(directory), before);
});

const REASONS: Readonly<Record<string, readonly [(directory: string) => void, RegExp]>> = {
  'an entry of another user': [
    directory => chownSync(join(directory, 'source'), 12_345, 12_345),
    /source is not yours/,
  ],
  'a group of somebody else': [directory => chownSync(directory, -1, 12_345), /its top is not yours/],
  'a place that others may write to': [
    directory => execFileSync('chmod', ['0777', join(directory, '..')]),
    /others could put another directory in its place/,
  ],
  'a device that hides what lies below it': [
    directory => {
      execFileSync('mknod', [join(directory, 'source/hiding'), 'c', '0', '0']);
      execFileSync('chown', ['--reference', directory, join(directory, 'source/hiding')]);
    },
    /source\/hiding would not be shown by one/,
  ],
};

for (const [what, [change, reason]] of Object.entries(REASONS)) {
  test(`${what} makes it a copy`, { skip: skip || missing('root') }, () => {
    const user = ordinaryUser();
    const own = ownBuild(user);
    change(own.directory);
    const plan = run(['plan', '--store', own.store, own.directory, 'true'], { user }).stdout.toString();
    assert.match(plan.replaceAll(/\s+/g, ' '), reason);
    const entered = own.enter(fsOf("grep -c 'upperdir=build' /proc/self/mountinfo; find /build -user 65534"));
    assert.equal(said(entered), '0|0\n|');
    const forced = own.enter(['true'], ['--copy=overlay']);
    assert.equal(forced.status, 125);
    assert.match(forced.stderr.toString(), reason);
  });
}

/** As the user, with something mounted by root at the place of the sessions; nothing of it shows outside. */
function onMount(mount: string, script: string): Output {
  const user = ordinaryUser();
  const own = ownBuild(user);
  const enter = asUser(user, [programFor(user), '--store', own.store, own.directory]).map(word => `'${word}'`);
  const text = `sessions='${own.sessions}'; enter() { ${enter.join(' ')} "$@"; }; ${mount}; ${script}`;
  return runCommand(['unshare', '--mount', '--propagation', 'private', 'bash', '--norc', '-euc', text], {
    env: { ...environmentFor(user), NIX_BUILD_SHELL_SESSIONS: own.sessions },
  });
}

const CHOWN = 'chown nbs: "$sessions"'.replace('nbs', ordinaryUser()?.name ?? '');
const COUNT = `bash -c "grep -c 'upperdir=build' /proc/self/mountinfo || true"`;

test('where the kernel refuses the overlay, a copy is made, which is said once', {
  skip: skip || missing('root'),
}, () => {
  const layers = '"$sessions/"{lower,upper,work,merged}';
  const mount = `mkdir ${layers}; mount -t overlay -o lowerdir="$sessions/lower",upperdir="$sessions/upper",workdir="$sessions/work" overlay "$sessions"; ${CHOWN}`;
  const { stdout, stderr, status } = onMount(mount, `enter ${COUNT}; enter ${COUNT}; ls "$sessions"`);
  assert.equal(stdout.toString(), '0\n0\noverlay-refused\n');
  assert.match(
    stderr.toString(),
    /^nix-build-shell: a layer above the store is refused here \(mount\("overlay".* = EINVAL\): one that lies in memory is tried, from now on\nnix-build-shell: an overlay is refused here \(mount\("overlay".* = EINVAL\): a copy is made instead.*\n$/,
  );
  assert.equal(status, 0);
});

test('where the place has no user attributes, a copy is made without a word', { skip: skip || missing('root') }, () => {
  const { stdout, stderr } = onMount(
    `mount -t ramfs none "$sessions"; ${CHOWN}; chmod 700 "$sessions"`,
    `enter ${COUNT}`,
  );
  assert.deepEqual([stdout.toString(), stderr.toString()], ['0\n', '']);
});

test('a disk that is full at any moment is none that refuses overlays, and nothing is left', {
  skip: skip || missing('root'),
}, () => {
  const script = `for inodes in 5 6 7 8 9 10 11 12 13 14; do
    mount -t tmpfs -o nr_inodes=$inodes none "$sessions"; ${CHOWN}; chmod 700 "$sessions"
    enter true || :; ls -A "$sessions"; umount "$sessions"; done`;
  assert.equal(onMount(':', script).stdout.toString(), '');
});

test('a full disk is a failure that names the place', { skip: skip || missing('root') }, () => {
  const mount = `mount -t tmpfs -o nr_inodes=4 none "$sessions"; ${CHOWN}; chmod 700 "$sessions"`;
  const { stderr } = onMount(mount, 'enter true || echo $? >&2; ls -A "$sessions" >&2');
  assert.match(stderr.toString(), /^nix-build-shell: cannot make .* = ENOSPC; .*NIX_BUILD_SHELL_SESSIONS.*\n125\n$/);
});
