/** What the machine may do to a run: commands that are not there, closed descriptors, full disks, no namespaces. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { leftovers } from '../support/leftovers.ts';
import { missing, type TestUser } from '../support/need.ts';
import { asUser, environmentFor, type Output, PROJECT, programFor, run, runCommand } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { BASH, envVarsText, SMALL_ENVIRONMENT, type SmallBuild, smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { isFailure, SIDES, sessionsFor, watched } from '../support/watched.ts';

const DRV = '/nix/store/00000000000000000000000000000003-small-1.0.drv';
const skip = missing('user-namespaces', 'static-bash', 'static-busybox');

test('an argument or an environment that is too large is said in one line', { skip }, () => {
  const build = smallBuild();
  const large = 'x'.repeat(140_000); // a single string has at most 128 KiB (execve(2))
  const builder = `${BASH}/bin/bash`;
  const env = Object.entries({ ...SMALL_ENVIRONMENT, large }).map(([name, value]) => `("${name}","${value}")`);
  const text = `Derive([("out","${SMALL_ENVIRONMENT.out}","","")],[],[],"x86_64-linux","${builder}",["-e"],[${env.join(',')}])`;
  writeFileSync(join(build.store, DRV), text);
  const file = join(build.directory, 'env-vars');
  writeFileSync(file, envVarsText({ ...SMALL_ENVIRONMENT, large }));
  const inFile = watched(build, ['--store', build.store, build.directory, 'true']);
  assert.match(inFile.stderr.toString(), /^[^\n]*Argument list too long\n/);
  assert.equal(inFile.status, 126);
  rmSync(file);
  const { stderr, status } = watched(build, ['--store', build.store, '--derivation', DRV, build.directory, 'true']);
  const [reconstructed, line, end] = stderr.toString().split('\n');
  assert.match(reconstructed ?? '', /: it is re-constructed from /);
  assert.match(line ?? '', /^nix-build-shell: cannot execute the build's shell: execve\(".*", …\) = E2BIG; .*ARG_MAX/);
  assert.equal(end, '');
  assert.equal(status, 126);
});

test('closed descriptors are /dev/null to the command, and nothing falls into them', { skip }, () => {
  const build = smallBuild();
  const words = [programFor(null), '--store', build.store, build.directory];
  const enter = (redirection: string, ...command: string[]): Output =>
    runCommand(['bash', '-c', `exec "$@" ${redirection}`, 'x', ...words, ...command]);
  for (const redirection of ['<&-', '>&-', '2>&-', '<&- >&- 2>&-']) {
    const { status } = enter(redirection, 'bash', '-c', 'cat; echo out; echo err >&2; exit 7');
    assert.equal(status, 7, redirection);
  }
  assert.equal(enter('2>&-', 'bash', '-c', 'echo out').stdout.toString(), 'out\n');
  assert.equal(enter('2>&-', 'no-such-command').status, 127);
});

test('what cannot be written to stdout is said in one line, help and version as well', () => {
  for (const words of [
    ['list', '--json'],
    ['--help'],
    ['help', 'list'],
    ['list', '--help'],
    ['--version'],
    ['doctor'],
  ]) {
    const full = runCommand(['bash', '-c', 'exec "$@" >/dev/full', 'x', programFor(null), ...words]);
    isFailure(full, 125, /cannot write to stdout/);
  }
});

test('a machine without a store is told from a store that lost the shell', { skip: skip || missing('root') }, () => {
  const { directory } = smallBuild();
  const script = '[ ! -d /nix ] || mount -t tmpfs none /nix; exec "$@"';
  const own = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'];
  const output = runCommand([...own, programFor(null), directory, 'true']);
  isFailure(
    output,
    125,
    /SHELL in env-vars; there is no \/nix\/store here; --store ROOT names the directory that has it$/m,
  );
});

test('a program whose packages are not installed says what installs them', { skip }, () => {
  const build = smallBuild();
  const copy = scratchDirectory('bare');
  for (const part of ['dist', 'nix-build-shell']) cpSync(join(PROJECT, part), join(copy, part), { recursive: true });
  const words = [join(copy, 'nix-build-shell'), '--store', build.store, build.directory, 'true'];
  isFailure(runCommand(words), 125, /: cannot go on: Cannot find module 'koffi'; 'npm run setup' in the program's/);
});

test('a Node that is too old is said, by the program and by its set-up', () => {
  const pretended = join(scratchDirectory('old'), 'pretended.cjs');
  const line = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })";
  writeFileSync(pretended, line);
  const env = { NODE_OPTIONS: `--require ${pretended}` };
  for (const words of [['list'], ['/nowhere', 'true'], ['--ui']])
    isFailure(run(words, { env }), 125, /cannot start: this is Node 18\.20\.4, and 20\.11 or newer is needed; /);
  const { status, stderr } = runCommand([process.execPath, join(PROJECT, 'scripts/demo.mjs')], { env });
  assert.equal(
    stderr.toString(),
    'setup: this is Node 18.20.4, and 20.11 or newer is needed; the first node in PATH is taken\n',
  );
  assert.equal(status, 1);
});

test('a working directory that was removed, or is not UTF-8, is no obstacle', { skip }, () => {
  const build = smallBuild();
  const inside = join(scratchDirectory('cwd'), 'gone');
  mkdirSync(inside);
  const script = 'rmdir "$PWD"; exec "$@"';
  const enter = (...words: string[]): Output =>
    runCommand(['bash', '-c', script, 'x', programFor(null), '--store', build.store, ...words], { cwd: inside });
  const there = enter(build.directory, 'bash', '-c', 'echo $HOME');
  assert.equal(there.stdout.toString(), '/homeless-shelter\n');
  mkdirSync(inside);
  const relative = enter('.', 'true');
  assert.match(
    relative.stderr.toString(),
    /cannot use \. as a kept build directory: .*gone \(deleted\)\/\." *\) = ENOENT/,
  );
  assert.equal(relative.status, 125);
  const odd = Buffer.concat([Buffer.from(`${dirname(build.directory)}/`), Buffer.from([0xff, 0xfe])]);
  mkdirSync(odd);
  renameSync(build.directory, Buffer.concat([odd, Buffer.from('/kept')]));
  const words = [programFor(null), '--store', build.store, 'kept', 'bash', '-c', 'echo $HOME'];
  const { stdout } = runCommand(['bash', '-c', `cd $'\\xff\\xfe'; exec "$@"`, 'x', ...words], {
    cwd: dirname(build.directory),
  });
  assert.equal(stdout.toString(), '/homeless-shelter\n');
});

/** As a user, in a mount namespace of the test's own, where root did something first; `$sessions` is the user's. */
function arranged(user: TestUser | null, build: SmallBuild, script: string, options: readonly string[]): Output {
  const sessions = sessionsFor(user);
  const enter = asUser(user, [programFor(user), '--store', build.store, ...options, build.directory]);
  const text = `sessions='${sessions}'; enter() { ${enter.map(word => `'${word}'`).join(' ')} "$@"; }; own() { chown ${user?.uid ?? 0} "$sessions"; chmod 700 "$sessions"; }; ${script}`;
  const output = runCommand(['unshare', '--mount', '--propagation', 'private', 'bash', '--norc', '-uc', text], {
    env: { ...environmentFor(user), NIX_BUILD_SHELL_SESSIONS: sessions },
  });
  assert.deepEqual(leftovers(sessions), []);
  return output;
}

function said({ stdout, stderr, status }: Output): readonly unknown[] {
  return [stdout.toString(), stderr.toString(), status];
}

const LEFT = '; status=$?; ls -A "$sessions"; exit $status';

for (const [name, user] of SIDES) {
  const needed = skip || missing('root');

  test(`${name}: a disk that is full is said in one line`, { skip: needed }, () => {
    const build = smallBuild();
    writeFileSync(join(build.directory, 'big'), Buffer.alloc(100_000, 1));
    const before = treeHash(build.directory);
    const mount = 'mount -t tmpfs -o size=64k none "$sessions"; own; enter true';
    isFailure(
      arranged(user, build, mount + LEFT, ['--copy=copy']),
      125,
      /write\(".*\/big"\) = ENOSPC; .*NIX_BUILD_SHELL_SESSIONS/,
    );
    const inodes = 'mount -t tmpfs -o nr_inodes=2 none "$sessions"; own; enter true';
    isFailure(arranged(user, build, inodes + LEFT, []), 125, /= ENOSPC; NIX_BUILD_SHELL_SESSIONS/);
    assert.equal(treeHash(build.directory), before);
    const env = Object.entries({ ...SMALL_ENVIRONMENT, large: 'x'.repeat(100_000) });
    const variables = env.map(([variable, value]) => `("${variable}","${value}")`).join(',');
    writeFileSync(
      join(build.store, DRV),
      `Derive([("out","${SMALL_ENVIRONMENT.out}","","")],[],[],"x86_64-linux","${BASH}/bin/bash",[],[${variables}])`,
    );
    rmSync(join(build.directory, 'env-vars'));
    rmSync(join(build.directory, 'big'));
    isFailure(
      arranged(user, build, mount + LEFT, ['--copy=copy', '--derivation', DRV]),
      125,
      /cannot write \/build\/env-vars in the working copy: .* = ENOSPC; make room in .*NIX_BUILD_SHELL_SESSIONS/,
    );
  });

  test(`${name}: a disk that is full of what a killed launcher left is made empty, and then suffices`, {
    skip: needed,
  }, () => {
    const build = smallBuild();
    writeFileSync(join(build.directory, 'big'), Buffer.alloc(100_000, 1));
    if (user !== null) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, build.directory]);
    const left =
      'mkdir -p "$sessions/left/build"; touch "$sessions/left.lock"; chown -R --reference="$sessions" "$sessions"/*';
    const script = `mount -t tmpfs -o size=160k none "$sessions"; own; ${left}; cat /dev/zero 2>&- >"$sessions/left/build/file"; enter true`;
    for (const copy of ['copy', 'overlay'])
      assert.deepEqual(said(arranged(user, build, script + LEFT, [`--copy=${copy}`])), ['', '', 0], copy);
  });

  test(`${name}: a place for sessions that is read-only is said in one line`, { skip: needed }, () => {
    const mount = 'mount -t tmpfs none "$sessions"; own; mount -o remount,ro none "$sessions"; enter true';
    isFailure(arranged(user, smallBuild(), mount + LEFT, []), 125, /= EROFS; NIX_BUILD_SHELL_SESSIONS/);
  });

  test(`${name}: a machine without a whole /proc is told what mends it`, { skip: needed }, () => {
    const build = smallBuild();
    isFailure(
      arranged(user, build, 'mount -t tmpfs none /proc; enter true', []),
      125,
      /= ENOENT; .*mount -t proc proc/,
    );
    const masked = 'mount -t tmpfs none /proc/sys; enter true';
    isFailure(arranged(user, build, masked, []), 125, /= EPERM; \/proc is partly masked here .*doctor/);
  });

  test(`${name}: an umask that takes everything away is no obstacle`, { skip }, () => {
    const build = smallBuild();
    for (const copy of ['overlay', 'copy']) {
      if (user !== null) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, build.directory]);
      const before = ['bash', '-c', 'umask 777; exec "$@"', 'x'];
      const env = { NIX_BUILD_SHELL_SESSIONS: sessionsFor(user) };
      const words = [
        '--store',
        build.store,
        `--copy=${copy}`,
        build.directory,
        'bash',
        '-c',
        'umask; echo >source/new',
      ];
      const { stdout, stderr, status } = run(words, { user, before, env });
      assert.equal(stderr.toString(), '');
      assert.equal(stdout.toString(), '0022\n');
      assert.equal(status, 0);
    }
  });

  test(`${name}: no user namespaces is said in one line, and so are no others, with the limit that forbids them`, {
    skip: needed,
  }, () => {
    const build = smallBuild();
    const sessions = sessionsFor(user);
    for (const limit of ['user.max_user_namespaces', 'user.max_net_namespaces']) {
      // The limit of a namespace counts for what is made in it.
      const own = ['unshare', '--user', '--map-root-user', '--mount', 'bash', '-c'];
      const words = [...own, `echo 0 >/proc/sys/${limit.replace('.', '/')}; exec "$@"`, 'x', programFor(user)];
      const output = runCommand(asUser(user, [...words, '--store', build.store, build.directory, 'true']), {
        env: { ...environmentFor(user), NIX_BUILD_SHELL_SESSIONS: sessions },
      });
      isFailure(
        output,
        125,
        new RegExp(
          `^nix-build-shell: cannot make new namespaces: clone\\(CLONE_NEWUSER\\|.*\\) = ENOSPC; ${limit} is 0: sudo sysctl -w ${limit}=15000; see`,
        ),
      );
    }
    assert.deepEqual(leftovers(sessions), []);
  });
}
