/** Root's overlay: another user's kept directory is not copied, is shown as the build's own, and never changes (docs/decisions/0065). */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftovers } from '../support/leftovers.ts';
import { missing } from '../support/need.ts';
import { environmentFor, type Output, programFor, run } from '../support/program.ts';
import { type RefusedCall, withRefused } from '../support/refused-calls.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { sessionsFor } from '../support/watched.ts';

const skip = missing('root', 'id-mapped-mounts', 'user-namespaces', 'static-bash', 'static-busybox');
const OWNER = '12345:12346';
const { EINVAL, EPERM } = constants.errno;
/** Whether it is an overlay, and whether it was mounted in the sandbox. */
const MOUNTED =
  "grep -c 'upperdir=build' /proc/self/mountinfo; grep -cE 'upperdir=build.*userxattr|userxattr.*upperdir=build' /proc/self/mountinfo";

interface Strangers extends SmallBuild {
  readonly sessions: string;
  readonly enter: (script: string, options?: readonly string[]) => string;
  readonly plan: () => string;
}

function strangersBuild(owner = OWNER, change: (directory: string) => void = () => undefined): Strangers {
  const build = smallBuild();
  linkSync(join(build.directory, 'source/hello.c'), join(build.directory, 'second.c'));
  execFileSync('chown', ['-hR', owner, build.directory]);
  change(build.directory);
  const sessions = sessionsFor(null);
  const options = { env: { NIX_BUILD_SHELL_SESSIONS: sessions } };
  const args = (words: readonly string[]): readonly string[] => ['--store', build.store, ...words, build.directory];
  const enter = (script: string, more: readonly string[] = []): string =>
    said(run([...args(more), 'bash', '-c', script], options));
  const plan = (): string =>
    run(['plan', ...args([]), 'true'], options)
      .stdout.toString()
      .replaceAll(/\s+/g, ' ');
  return { ...build, sessions, enter, plan };
}

const said = ({ stdout, stderr, status }: Output): string => `${status}|${stdout.toString()}|${stderr.toString()}`;

/** Access times, too. */
function accessed(directory: string): string {
  return execFileSync('find', [directory, '-printf', '%p %A@\n']).toString();
}

test("another user's directory is entered by root without a copy, and never changes", { skip }, () => {
  const { enter, directory, sessions } = strangersBuild();
  execFileSync('find', [directory, '-exec', 'touch', '-a', '-d', '2020-01-01', '{}', '+']);
  const [hash, times] = [treeHash(directory), accessed(directory)];
  const script = `${MOUNTED}; find /build ! -user 1000 -o ! -group 100; stat -c '%a %u %g' . source/hello.c
    cat second.c; echo changed >>source/hello.c; rm env-vars; mkdir source/new; chmod 700 source; echo mine >mine; stat -c '%u %g' mine`;
  assert.equal(enter(script), '0|1\n0\n700 1000 100\n644 1000 100\nint main(void) { return 0; }\n1000 100\n|');
  assert.equal(accessed(directory), times);
  assert.equal(treeHash(directory), hash);
  assert.deepEqual(leftovers(sessions), []);
});

test('a file with two names stays one, and a directory can be renamed', { skip }, () => {
  const { enter, directory } = strangersBuild();
  const before = treeHash(directory);
  const script = `echo more >>source/hello.c; tail -n1 second.c; stat -c %h second.c
    was=$(stat -c %i source); busybox mv source other; [[ $(stat -c %i other) == "$was" ]] && tail -n1 other/hello.c`;
  assert.equal(enter(script), '0|more\n2\nmore\n|');
  assert.equal(treeHash(directory), before);
});

test('the plan says whose files are shown as yours, and what an overlay of an ordinary user lacks is not there', {
  skip,
}, () => {
  const plan = strangersBuild().plan();
  assert.match(
    plan,
    /under a layer that takes all changes, mounted by root; what belongs to 12345:12346 is shown as yours/,
  );
  assert.match(plan, /all of it is of one owner, as far as was looked \(all 5 entries\)/);
  assert.doesNotMatch(plan, /EXDEV|hard links/);
  assert.doesNotMatch(strangersBuild('0:0').plan(), /is shown as yours|EXDEV|hard links/);
});

const REASONS: Readonly<Record<string, readonly [(directory: string) => void, RegExp]>> = {
  "an entry of root's": [directory => chownSync(join(directory, 'source'), 0, 0), /source has another owner or group/],
  'an entry of another group': [
    directory => chownSync(join(directory, 'second.c'), 12_345, 0),
    /has another owner or group/,
  ],
  'a file with a set-id bit': [directory => chmodSync(join(directory, 'second.c'), 0o4755), /has a set-id bit/],
};

for (const [what, [change, reason]] of Object.entries(REASONS)) {
  test(`${what} makes it a copy, all of which is the build's`, { skip }, () => {
    const { enter, plan, directory } = strangersBuild(OWNER, change);
    const before = treeHash(directory);
    assert.match(plan(), reason);
    assert.equal(enter(`${MOUNTED}; find /build ! -user 1000 -o ! -group 100 -o -perm /6000`), '0|0\n0\n|');
    const forced = enter('true', ['--copy=overlay']);
    assert.match(forced, /^125\|\|/);
    assert.match(forced, reason);
    assert.equal(treeHash(directory), before);
  });
}

test('a copy that root asks for, or wants to keep, is one', { skip }, () => {
  const { enter } = strangersBuild();
  assert.equal(enter(MOUNTED, ['--copy=copy']), '1|0\n0\n|');
  assert.match(enter(MOUNTED, ['--keep']), /^1\|0\n0\n\|nix-build-shell: the working copy is kept in /);
});

test("a bind below /build has its place on another user's tree", { skip }, () => {
  const { enter, directory } = strangersBuild(OWNER, top => {
    mkdirSync(join(top, 'source/deep'));
    writeFileSync(join(top, 'source/deep/file'), 'below\n');
    execFileSync('chown', ['-hR', OWNER, top]);
  });
  const before = treeHash(directory);
  const shown = enter('ls source source/deep/new; cat second.c', [
    '--bind',
    `${directory}/source:/build/source/deep/new`,
    '--bind',
    `${directory}/source/deep/file:/build/second.c`,
  ]);
  assert.equal(shown, '0|source:\ndeep\nhello.c\n\nsource/deep/new:\ndeep\nhello.c\nbelow\n|');
  assert.equal(treeHash(directory), before);
});

/** Runs the program twice, under a filter that refuses one call. */
function refused({ store, directory, sessions }: Strangers, call: RefusedCall): readonly string[] {
  return [1, 2].map(() =>
    withRefused(call, (words, fd) => {
      const args = [
        ...words.slice(1),
        programFor(null),
        '--store',
        store,
        directory,
        'bash',
        '-c',
        `${MOUNTED} || true`,
      ];
      const env = environmentFor(null, { NIX_BUILD_SHELL_SESSIONS: sessions });
      const { status, stdout, stderr } = spawnSync(words[0] ?? '', args, {
        cwd: '/',
        env,
        stdio: ['ignore', 'pipe', 'pipe', fd],
      });
      return `${status}|${stdout.toString()}|${stderr.toString()}`;
    }),
  );
}

/** Our own: those of a plan are for what is below a path, too (AT_RECURSIVE). */
const OF_A_TREE = { argument: 2, bits: 0x1000 };
const COPY = '0|0\n0\n|';

test('where the kernel refuses to show the files as ours, a copy is made, which is said once', {
  skip: skip || missing('bwrap'),
}, () => {
  const made = strangersBuild();
  const [first, second] = refused(made, { call: 'mount_setattr', errno: EPERM, when: OF_A_TREE });
  assert.equal(
    first,
    `${COPY}nix-build-shell: mount_setattr(…, MOUNT_ATTR_IDMAP) = EPERM: a copy is made instead of an overlay, and will be from now on\n`,
  );
  assert.equal(second, COPY);
});

test('where the file system cannot show the files as ours, a copy is made without a word', {
  skip: skip || missing('bwrap'),
}, () => {
  const call = { call: 'mount_setattr', errno: EINVAL, when: OF_A_TREE } as const;
  assert.deepEqual(refused(strangersBuild(), call), [COPY, COPY]);
});

test('where root may not mount the overlay, a copy is made, which is said once', {
  skip: skip || missing('bwrap'),
}, () => {
  const [first, second] = refused(strangersBuild(), { call: 'move_mount', errno: EPERM });
  assert.ok(first?.startsWith(`${COPY}nix-build-shell: an overlay is refused here (move_mount(`), first);
  assert.ok(first?.endsWith(' = EPERM): a copy is made instead, and will be from now on\n'), first);
  assert.equal(second, COPY);
});

test("where root has no more rights than a user, what is root's own has an overlay in the sandbox", {
  skip: skip || missing('bwrap'),
}, () => {
  const own = strangersBuild('0:0', directory => execFileSync('rm', [join(directory, 'second.c')]));
  const inside = '0|1\n1\n|';
  assert.deepEqual(refused(own, { call: 'open_tree', errno: EPERM }), [inside, inside]);
});
