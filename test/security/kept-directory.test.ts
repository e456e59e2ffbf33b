/** docs/security.md, T12 to T19: what a kept directory of another user, and other users of the machine, cannot do. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostPath } from '../../src/base/path.ts';
import { PART } from '../../src/session/arena.ts';
import { copyTree } from '../../src/session/copy.ts';
import { startCopying } from '../../src/session/copy-directory.ts';
import { copyFile } from '../../src/session/copy-entry.ts';
import { enterRoot, leave } from '../../src/session/copy-walk.ts';
import { makeHardLinks } from '../../src/session/hard-links.ts';
import { closeRootTree, openRootTree, takeOverlay } from '../../src/session/root-tree.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { type Output, run, start } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { AS_ROOT, type Case, caseOf, HERE, printed } from './security.ts';

const STRANGER = { uid: 54_321, gid: 54_321 };

function victim(): TestUser {
  const user = ordinaryUser();
  if (user === null) throw new Error('there is no ordinary user');
  return user;
}

/** A stranger's kept directory; then everything of it is theirs. */
function planted(change: (directory: string) => void): Case {
  const made = caseOf(victim());
  change(made.directory);
  execFileSync('chown', ['-hR', `${STRANGER.uid}:${STRANGER.gid}`, made.directory]);
  return made;
}

/** What the commands that only look at it say; each must come back. */
function lookedAt({ store, directory }: Case): readonly Output[] {
  return ['show', 'env', 'plan'].map(command => run([command, '--store', store, directory], { user: victim() }));
}

test('T12: links of a kept directory are not followed, not even one put above it meanwhile', { skip: AS_ROOT }, () => {
  const secret = join(scratchDirectory('secret'), 'file');
  writeFileSync(secret, 'declare -x SECRET="secret"\n', { mode: 0o600 });
  execFileSync('chown', [`${victim().uid}`, secret]);
  const made = planted(directory => {
    rmSync(join(directory, 'env-vars'));
    symlinkSync(secret, join(directory, 'env-vars'));
    symlinkSync(join(secret, '..'), join(directory, 'source/away'));
  });
  const all = [...lookedAt(made), made.inside(['sh', '-c', 'cat source/away/file env-vars'])];
  assert.doesNotMatch(all.map(printed).join(''), /SECRET="secret"/);

  const top = scratchDirectory('above');
  mkdirSync(join(top, 'private/build'), { recursive: true });
  symlinkSync('private', join(top, 'kept'));
  const copied = copyTree(hostPath(join(top, 'kept/build')), hostPath(join(top, 'copy')));
  assert.equal(copied.ok ? null : copied.failure.errno, 'ELOOP');
});

test('T13: FIFOs and sockets in the place of files block nobody', { skip: AS_ROOT }, () => {
  for (const name of ['env-vars', '.attrs.json', '.attrs.sh']) {
    const made = planted(directory => {
      rmSync(join(directory, name), { force: true });
      execFileSync('mkfifo', [join(directory, name)]);
    });
    for (const { signal } of [...lookedAt(made), made.inside(['true'])]) assert.equal(signal, null, name);
  }
});

/** What a copy makes of `name`, which was a file when the directory was read, and is something else when it is opened. */
function copiedAsFile(top: string, name: string): { readonly errno: string | undefined; readonly copied: boolean } {
  const copying = startCopying(hostPath(top), hostPath(`${top}.copy`), false, null);
  assert.ok(enterRoot(copying));
  const [frame] = copying.frames;
  assert.ok(frame !== undefined);
  copying.arena.bytes.write(`${name}\0`, PART.name, 'latin1');
  copyFile(copying, makeHardLinks(hostPath(`${top}.copy`)), frame, PART.name);
  leave(copying);
  return { errno: copying.report.skipped[0]?.errno, copied: existsSync(join(`${top}.copy`, name)) };
}

test('T12: a link that comes in the place of a file, just before that is copied, is not followed', () => {
  const top = scratchDirectory('link');
  symlinkSync('/etc/passwd', join(top, 'file'));
  assert.deepEqual(copiedAsFile(top, 'file'), { errno: 'ELOOP', copied: false });
});

test('T13: a FIFO that comes in the place of a file, just before that is copied, blocks nobody', () => {
  // Where it is opened without O_NONBLOCK, this test never ends.
  const top = scratchDirectory('fifo');
  execFileSync('mkfifo', [join(top, 'file')]);
  assert.deepEqual(copiedAsFile(top, 'file'), { errno: 'ESTALE', copied: false });
});

test('T14: sizes exhaust nothing: a terabyte of env-vars, a million records, a terabyte of holes', {
  skip: AS_ROOT,
}, () => {
  const huge = planted(directory => truncateSync(join(directory, 'env-vars'), 2 ** 40));
  for (const { signal, status } of [...lookedAt(huge), huge.inside(['true'])]) {
    assert.equal(signal, null);
    assert.notEqual(status, null);
  }
  assert.match(printed(huge.inside(['true'])), /it has more than \d+ bytes, which is not believable/);
  const many = planted(directory => {
    const records = Array.from({ length: 1_000_000 }, (_, index) => `declare -x V${index}="x"\n`).join('');
    execFileSync('sh', ['-c', `cat >>${directory}/env-vars`], { input: records });
  });
  for (const { signal } of lookedAt(many)) assert.equal(signal, null);
  const holes = planted(directory => {
    writeFileSync(join(directory, 'holes'), '');
    truncateSync(join(directory, 'holes'), 2 ** 40);
  });
  assert.equal(printed(holes.inside(['stat', '-c', '%s', 'holes'])), `${2 ** 40}\n`);
});

test('T15: names and texts reach the terminal only as escapes', { skip: AS_ROOT }, () => {
  const evil = '\x1b]0;owned\x07\x1b[2J\x9b31m\u202e';
  const made = planted(directory => {
    writeFileSync(join(directory, `file${evil}`), '', { mode: 0 });
    const text = `declare -x name="${evil}-1.0"\ndeclare -x NIX_BUILD_TOP="/build/${evil}"\ndeclare -x A="${evil}"\n`;
    execFileSync('sh', ['-c', `cat >>${directory}/env-vars`], { input: text });
  });
  const all = [...lookedAt(made), made.inside(['true']), run(['list'], { user: victim() })];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  for (const output of all) assert.doesNotMatch(printed(output), /[\x00-\x08\x0b-\x1f\x7f\x9b\u202e]/u);
});

test('T16: nothing of env-vars is executed outside', { skip: AS_ROOT }, () => {
  const mark = join(scratchDirectory('mark', 0o777), 'executed');
  const made = planted(directory => {
    const text = `declare -x A="$(touch ${mark})"\ntouch ${mark}\ndeclare -x B="\`touch ${mark}\`"\n`;
    execFileSync('sh', ['-c', `cat >>${directory}/env-vars`], { input: text });
  });
  for (const output of lookedAt(made)) assert.equal(output.signal, null);
  made.inside(['true']);
  assert.equal(existsSync(mark), false);
});

test('T17: a directory that others could exchange is copied, not used in place', { skip: AS_ROOT }, () => {
  const { directory, inside } = caseOf(victim());
  const overlay = ['grep', '-c', 'upperdir=build', '/proc/self/mountinfo'];
  assert.equal(printed(inside(overlay)), '1\n');
  chmodSync(join(directory, '..'), 0o777);
  assert.equal(printed(inside(overlay)), '0\n');
});

test("T17: root has what was opened, though it is exchanged, and of it what is its owner's", {
  skip: AS_ROOT || missing('id-mapped-mounts'),
}, async () => {
  const { store, directory, sessions } = caseOf({ name: 'root', uid: 0, gid: 0, home: '/root' }, STRANGER);
  const secrets = scratchDirectory('secret');
  writeFileSync(join(secrets, 'hello.c'), 'secret\n', { mode: 0o600 });
  const script = "grep -c 'upperdir=build' /proc/self/mountinfo; read; cat source/hello.c source/planted";
  const program = start(['--store', store, directory, 'bash', '-c', script], {
    env: { NIX_BUILD_SHELL_SESSIONS: sessions },
  });
  const printedBy = { stdout: '', stderr: '' };
  program.stderr?.on('data', chunk => (printedBy.stderr += String(chunk)));
  const ended = once(program, 'close');
  for await (const chunk of program.stdout ?? []) {
    printedBy.stdout += String(chunk);
    if (printedBy.stdout !== '1\n') continue;
    linkSync(join(secrets, 'hello.c'), join(directory, 'source/planted'));
    renameSync(directory, `${directory}.away`);
    symlinkSync(secrets, directory);
    symlinkSync('.', join(secrets, 'source'));
    program.stdin?.end('\n');
  }
  await ended;
  assert.equal(printedBy.stdout, '1\nint main(void) { return 0; }\n');
  assert.equal(printedBy.stderr, "cat: can't open 'source/planted': Permission denied\n");
});

test('T17: root mounts what was opened, though it is exchanged before that', {
  skip: AS_ROOT || missing('id-mapped-mounts'),
}, () => {
  const { directory } = planted(() => undefined);
  const session = scratchDirectory('session');
  for (const name of ['root', 'build', 'work']) mkdirSync(join(session, name));
  const tree = openRootTree(hostPath(directory), { uid: 0, gid: 0 });
  assert.ok('directory' in tree);
  renameSync(directory, `${directory}.away`);
  mkdirSync(directory);
  const taken = takeOverlay(tree, hostPath(session));
  assert.deepEqual(taken.ok ? readdirSync(`/proc/self/fd/${taken.value.mount}`).sort() : taken.failure, [
    'env-vars',
    'probe',
    'source',
  ]);
  closeRootTree(tree);
});

test('T18: a place for sessions that another user planted is refused', { skip: AS_ROOT }, () => {
  const { store, directory } = caseOf(victim());
  const top = scratchDirectory('planted', 0o777);
  const place = join(top, `nix-build-shell-${victim().uid}`);
  const env = { HOME: undefined, XDG_CACHE_HOME: undefined, TMPDIR: top };
  const enter = (): Output => run(['--store', store, directory, 'true'], { user: victim(), env });
  mkdirSync(place, { mode: 0o777 });
  execFileSync('chown', [`${STRANGER.uid}`, place]);
  assert.match(printed(enter()), new RegExp(`it belongs to user ${STRANGER.uid}`));
  rmSync(place, { recursive: true });
  symlinkSync('/var/tmp', place);
  assert.match(printed(enter()), /it is no directory/);
  rmSync(place);
  mkdirSync(place);
  chmodSync(place, 0o777);
  execFileSync('chown', [`${victim().uid}`, place]);
  assert.match(printed(enter()), /others may write to it/);
});

test('T19: sessions are closed to others', { skip: HERE }, () => {
  const { store, directory } = caseOf({
    name: '',
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    home: '',
  });
  const cache = scratchDirectory('cache');
  const env = { XDG_CACHE_HOME: cache };
  assert.equal(run(['--store', store, directory, 'true'], { env }).status, 0);
  assert.equal(statSync(join(cache, 'nix-build-shell/sessions')).mode & 0o777, 0o700);
});
