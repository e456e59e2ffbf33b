/** A second command in a sandbox that runs: the same view and the same state as the first one's, and no more; its ends, and its refusals. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { leftovers, type Mark, newMark, processesLeft, processesWith } from '../support/leftovers.ts';
import { missing, type TestUser } from '../support/need.ts';
import { until } from '../support/patience.ts';
import { type Output, run, start } from '../support/program.ts';
import { SMALL_ENVIRONMENT, type SmallBuild, shelllessBuild, smallBuild } from '../support/small-build.ts';
import { SIDES, sessionsFor } from '../support/watched.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');

/** Fields of /proc/self/status that say which process it is, or how much it has used, not what it may do. */
const OF_ONE_PROCESS =
  /^(Name|State|Tgid|Ngid|Pid|PPid|TracerPid|NStgid|NSpid|NSpgid|NSsid|FDSize|Vm\w+|Rss\w+|Huge\w+|SigQ|\w*voluntary\w*|untag_mask|CoreDumping):/;

/** Everything that the kernel tells of what a process may do, and where it is. */
const STATE = `
cat /proc/self/status /proc/self/limits /proc/self/mountinfo /proc/self/personality
cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups /proc/self/cgroup /proc/self/oom_score_adj
for ns in user mnt pid pid_for_children ipc uts net cgroup time; do readlink /proc/self/ns/$ns; done
readlink /proc/self/root; readlink /proc/self/cwd; hostname; id
env | sort; ulimit -a; umask; trap; ls -A /build /tmp /dev
`;

const ROOT_OVERLAY = "of another user's directory, under root's overlay";
/** Sandboxes that differ in their steps. */
const KINDS: readonly (readonly [kind: string, how: () => How])[] = [
  ['as it is', () => ({})],
  ['with the network', () => ({ options: ['--net'] })],
  ['without what takes rights', () => ({ options: ['--without', 'landlock,seccomp,umask'] })],
  ['in a copy', () => ({ options: ['--copy=copy'] })],
  [ROOT_OVERLAY, () => ({ build: ofAnotherUser() })],
  ['without a shell', () => ({ build: shelllessBuild(), shell: 'sh' })],
];

/** Where root runs the tests, it maps the ids of such a directory. */
function ofAnotherUser(): SmallBuild {
  const build = smallBuild();
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', '12345:12346', build.directory]);
  return build;
}

interface Running {
  readonly launcher: ChildProcess;
  /** What its command is sent. */
  say(line: string): void;
  /** What it printed. */
  said(): string;
  readonly ended: Promise<number | null>;
  enter(words: readonly string[], more?: { readonly stdin?: string; readonly which?: string }): Output;
  readonly options: { readonly user: TestUser | null; readonly env: Readonly<Record<string, string>> };
  readonly store: string;
  readonly directory: string;
  readonly sessions: string;
}

interface How {
  readonly options?: readonly string[];
  readonly build?: SmallBuild;
  readonly shell?: string;
  readonly mark?: Mark;
}

/** A sandbox whose first command is a shell script. It is the test's to end. */
async function running(
  test: TestContext,
  user: TestUser | null,
  script: string,
  { options = [], build = smallBuild(), shell = 'bash', mark }: How = {},
): Promise<Running> {
  const { store, directory } = build;
  const sessions = sessionsFor(user);
  const given = { user, env: { NIX_BUILD_SHELL_SESSIONS: sessions } };
  const launcher = start(
    [...options, '--store', store, directory, shell, '-c', `${script}\necho ready; read -r line; eval "$line"`],
    mark === undefined ? given : { ...given, before: mark.words },
  );
  test.after(() => launcher.kill('SIGKILL'));
  let said = '';
  launcher.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  launcher.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const ended = once(launcher, 'close').then(([status]) => status as number | null);
  const sandbox: Running = {
    launcher,
    say: line => void launcher.stdin?.write(`${line}\n`),
    said: () => said,
    ended,
    enter: (words, { stdin = '', which = String(launcher.pid) } = {}) =>
      run(['enter', which, ...words], { ...given, stdin }),
    options: given,
    store,
    directory,
    sessions,
  };
  await until(
    'its first command runs',
    () => said.includes('ready\n') || launcher.exitCode !== null,
    () => said,
  );
  assert.equal(launcher.exitCode, null, said);
  return sandbox;
}

/** What `enter` tells of the sandboxes that run. */
function listed({ options }: Running): readonly { outer: string; launcher: number; root: string }[] {
  return JSON.parse(run(['enter', '--json'], options).stdout.toString()) as ReturnType<typeof listed>;
}

/** A second command, when its script has printed something. */
async function second({ launcher, options }: Running, mark: Mark, script: string): Promise<ChildProcess> {
  const words = ['enter', String(launcher.pid), 'bash', '-c', script];
  const command = start(words, { ...options, before: mark.words });
  let said = '';
  for (const stream of [command.stdout, command.stderr])
    stream?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await until('the second command says something', () => said !== '');
  assert.equal(said, 'in\n');
  return command;
}

for (const [name, user] of SIDES) {
  describe(name, { skip }, () => {
    if (skip !== false) return;

    // Root makes no copy of its own accord, and others no overlay of what is not theirs.
    for (const [kind, how] of KINDS.filter(([kind]) => kind !== (user === null ? 'in a copy' : ROOT_OVERLAY)))
      test(`the state of both is the same, field by field: ${kind}`, async t => {
        const { shell = 'bash', options = [] } = how();
        const sandbox = await running(t, user, `touch /build/state; (${STATE}) >/build/state 2>&1`, how());
        const first = sandbox.enter(['cat', '/build/state']).stdout.toString();
        const second = sandbox.enter([shell, '-c', `(${STATE}) 2>&1`]);
        sandbox.say('');
        assert.equal(await sandbox.ended, 0, sandbox.said());
        assert.equal(second.stderr.toString(), '');
        assert.equal(second.status, 0);
        const lines = (text: string): readonly string[] => text.split('\n').filter(line => !OF_ONE_PROCESS.test(line));
        assert.deepEqual(lines(second.stdout.toString()), lines(first));
        for (const field of ['CapEff:\t0000000000000000', 'NoNewPrivs:\t1', 'Umask:'])
          assert.ok(first.includes(field), `${field} is not in\n${first}`);
        assert.ok(first.includes(`Seccomp:\t${options.includes('--without') ? 0 : 2}\n`), first);
      });

    test('each sees the processes and the files of the other', async t => {
      const sandbox = await running(t, user, 'echo mine >/build/made-first; sleep 1000 & echo $! >/build/pid');
      const seen = sandbox.enter([
        'bash',
        '-c',
        'cat /build/made-first; cat /proc/$(cat /build/pid)/comm; kill $(cat /build/pid) && echo yours >/build/made-second',
      ]);
      assert.equal(seen.stderr.toString(), '');
      assert.equal(seen.stdout.toString(), 'mine\nsleep\n');
      sandbox.say('cat /build/made-second');
      assert.equal(await sandbox.ended, 0);
      assert.ok(sandbox.said().includes('yours\n'), sandbox.said());
    });

    test("streams and exit status are the command's own", async t => {
      const sandbox = await running(t, user, 'true');
      const output = sandbox.enter(['bash', '-c', 'cat; echo to stderr >&2; exit 42'], { stdin: 'a\0b' });
      assert.deepEqual(
        [output.stdout.toString(), output.stderr.toString(), output.status],
        ['a\0b', 'to stderr\n', 42],
      );
      assert.equal(sandbox.enter(['bash', '-c', 'kill -TERM $$']).status, 128 + 15);
      assert.equal(sandbox.enter(['no-such-command']).status, 127);
      const byDirectory = sandbox.enter(['bash', '-c', 'echo "$@"', '--', 'here', '--json', '-x'], {
        which: `${sandbox.directory}/`,
      });
      assert.equal(byDirectory.stdout.toString(), 'here --json -x\n');
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
    });

    test('the directory in which the first one began may be gone', async t => {
      const sandbox = await running(t, user, 'rm -r /build/source');
      assert.equal(sandbox.enter(['readlink', '/proc/self/cwd']).stdout.toString(), '/build\n');
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
    });

    test('those that run are listed, and are gone when they have ended', async t => {
      const sandbox = await running(t, user, 'true');
      assert.deepEqual(
        listed(sandbox).map(({ outer, launcher }) => [outer, launcher]),
        [[sandbox.directory, sandbox.launcher.pid]],
      );
      const text = run(['enter'], sandbox.options).stdout.toString();
      assert.match(text, new RegExp(`^${sandbox.launcher.pid} +small-1.0 .* ${sandbox.directory}$`, 'm'));
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
      assert.match(run(['enter'], sandbox.options).stdout.toString(), /^No sandbox of yours runs/);
      for (const which of [String(sandbox.launcher.pid), sandbox.directory]) {
        const { status, stderr } = sandbox.enter(['true'], { which });
        assert.equal(status, 125);
        assert.match(
          stderr.toString(),
          /^nix-build-shell: cannot enter the sandbox of [^\n]*; 'nix-build-shell enter' names those that run\n$/,
        );
      }
      assert.deepEqual(leftovers(sandbox.sessions), []);
    });

    test('two sandboxes of one directory are told apart by their processes', async t => {
      const sandbox = await running(t, user, 'true');
      const { store, directory, options } = sandbox;
      const second = start(['--store', store, directory, 'bash', '-c', 'read'], options);
      await until('both are listed', () => listed(sandbox).length === 2);
      const { status, stderr } = sandbox.enter(['true'], { which: sandbox.directory });
      assert.equal(status, 125);
      assert.match(
        stderr.toString(),
        new RegExp(`there are 2; name one of them: ${sandbox.launcher.pid}, ${second.pid}\n$`),
      );
      second.stdin?.end();
      sandbox.say('');
      await sandbox.ended;
    });

    test('the end of the first command ends the second, which says so', async t => {
      const sandbox = await running(t, user, 'true');
      const mark = newMark();
      const other = await second(sandbox, mark, 'echo in; sleep 1000; true');
      let said = '';
      other.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
      const ended = once(other, 'close');
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
      assert.deepEqual(await ended, [128 + 9, null]);
      assert.equal(
        said,
        'nix-build-shell: the sandbox has ended with its first command, and so has what was entered\n',
      );
      assert.deepEqual(await processesLeft(mark), []);
    });

    test('SIGKILL of its launcher ends the second command, and nothing of the first', async t => {
      const sandbox = await running(t, user, 'true');
      const mark = newMark();
      const other = await second(sandbox, mark, 'echo in; sleep 1000; true');
      other.kill('SIGKILL');
      await once(other, 'exit');
      // What it had begun is the sandbox's now, as that of the first one would be.
      await until(
        'it is dead',
        () => !processesWith(mark).some(line => line.includes('bash')),
        () => processesWith(mark).join('\n'),
      );
      assert.equal(sandbox.enter(['bash', '-c', 'echo still']).stdout.toString(), 'still\n');
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
      assert.deepEqual(await processesLeft(mark), []);
    });

    test('SIGKILL of the first launcher ends all', async t => {
      const mark = newMark();
      const sandbox = await running(t, user, 'sleep 1000 &', { mark });
      const other = await second(sandbox, mark, 'echo in; sleep 1000; true');
      const ended = once(other, 'exit');
      sandbox.launcher.kill('SIGKILL');
      assert.deepEqual(await ended, [128 + 9, null]);
      assert.deepEqual(await processesLeft(mark), []);
      const { status, stderr } = sandbox.enter(['true'], { which: sandbox.directory });
      assert.equal(status, 125);
      assert.match(stderr.toString(), /none of yours runs; /);
    });

    test('a sandbox is waited for that is not there yet, and may be named by what started its launcher', async t => {
      const { store, directory } = smallBuild();
      const options = { user, env: { NIX_BUILD_SHELL_SESSIONS: sessionsFor(user) } };
      const launcher = start(['--store', store, directory, 'bash', '-c', 'read -r line'], {
        ...options,
        before: ['timeout', '1000'],
      });
      t.after(() => launcher.kill('SIGKILL'));
      // Nothing is waited for here: it has hardly begun.
      const { stdout, stderr, status } = run(['enter', String(launcher.pid), 'bash', '-c', 'echo in'], options);
      assert.deepEqual([stdout.toString(), stderr.toString(), status], ['in\n', '', 0]);
      const ended = once(launcher, 'close');
      launcher.stdin?.end('\n');
      await ended;
    });

    test('two that enter at once see each other', async t => {
      const sandbox = await running(t, user, 'mkdir /build/here');
      const script = (own: string, other: string): string => `
        wait_for() { until [ -s /build/here/$1 ]; do sleep 0.02; done; }
        echo in; echo $$ >/build/here/${own}; wait_for ${other}
        cat /proc/$(cat /build/here/${other})/comm; echo yes >/build/here/${own}.saw; wait_for ${other}.saw`;
      const both = await Promise.all(
        [script('a', 'b'), script('b', 'a')].map(async words => {
          const command = start(['enter', String(sandbox.launcher.pid), 'bash', '-c', words], sandbox.options);
          let said = '';
          command.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()));
          const [status] = (await once(command, 'close')) as [number | null];
          return [status, said] as const;
        }),
      );
      assert.deepEqual(both, [
        [0, 'in\nbash\n'],
        [0, 'in\nbash\n'],
      ]);
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
    });

    test('a CMD that cannot be run is said in one line, as far as that can be known from outside', async t => {
      const script =
        "printf '#!/bin/sh\\necho made\\n' >/build/made; chmod +x /build/made; mkdir /build/bin /build/sub; rm -r /build/sub";
      const sandbox = await running(t, user, script);
      for (const [words, status, line] of [
        [
          ['nope'],
          127,
          "cannot run nope: no directory of the build's PATH has it; name it by its path; a sandbox that is ",
        ],
        [
          ['/usr/bin/env', 'x'],
          127,
          'execve("/usr/bin/env", …) = ENOENT: there is no such file in the sandbox; name it by its path; ',
        ],
        [['/build'], 126, 'execve("/build", …) = EACCES: it is a directory; '],
        [['./env-vars'], 126, 'execve("./env-vars", …) = EACCES: it may not be executed; '],
        [[''], 127, 'cannot run CMD: it is empty; '],
      ] as const) {
        const told = sandbox.enter(words);
        assert.equal(told.status, status, told.stderr.toString());
        assert.match(told.stderr.toString(), /^nix-build-shell: [^\n]*\n$/);
        assert.ok(told.stderr.toString().includes(line), told.stderr.toString());
      }
      // What was made meanwhile counts, and so does what was written into the environment's file.
      assert.equal(sandbox.enter(['./made']).stdout.toString(), 'made\n');
      const more = `echo 'declare -x PATH="${SMALL_ENVIRONMENT.PATH}:/build/bin"' >>env-vars; cat made >bin/made; chmod +x bin/made; rm made`;
      assert.equal(sandbox.enter(['bash', '-c', more]).status, 0);
      assert.equal(sandbox.enter(['made']).stdout.toString(), 'made\n');
      // Where the file does more than to set variables, or is none, the shell has the last word.
      for (const then of ["echo 'PATH=$PATH:/x' >>/build/env-vars", 'rm /build/env-vars; mkdir /build/env-vars']) {
        assert.equal(sandbox.enter(['bash', '-c', then]).status, 0);
        const { status, stderr } = sandbox.enter(['nope']);
        assert.deepEqual([status, stderr.toString().startsWith('nix-build-shell')], [127, false], stderr.toString());
      }
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
    });

    test('signals go on to the second command', async t => {
      const sandbox = await running(t, user, 'true');
      const script = "trap 'exit 7' TERM; echo in; while :; do sleep 0.05; done";
      const other = await second(sandbox, newMark(), script);
      other.kill('SIGTERM');
      assert.deepEqual(await once(other, 'exit'), [7, null]);
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
    });

    test("somebody else's is not entered", async t => {
      const sandbox = await running(t, user, 'true');
      const asRoot = process.getuid?.() === 0;
      const stranger = asRoot && user === null ? (SIDES[1]?.[1] ?? null) : null;
      const pid = asRoot ? sandbox.launcher.pid : 1;
      const env = { NIX_BUILD_SHELL_SESSIONS: sessionsFor(stranger) };
      const { status, stderr } = run(['enter', String(pid), 'true'], { user: stranger, env });
      assert.equal(status, 125);
      const owner = asRoot ? (user?.name ?? 'root') : 'root';
      assert.match(stderr.toString(), new RegExp(`: process ${pid} is that of ${owner}, and not yours; [^\\n]*\n$`));
      assert.match(
        run(['enter', '4194305', 'true'], sandbox.options).stderr.toString(),
        /no process has the number 4194305; /,
      );
      sandbox.say('');
      assert.equal(await sandbox.ended, 0);
    });

    test('a note of another process is not followed', async t => {
      const sandbox = await running(t, user, 'true');
      const path = join(listed(sandbox)[0]?.root ?? '', '../running.json');
      const note = JSON.parse(readFileSync(path, 'utf8')) as { init: { pid: number; startTime: string } };
      for (const changed of [
        JSON.stringify({ ...note, init: { ...note.init, startTime: '1' } }),
        '{"version":2}',
        'no JSON',
      ]) {
        writeFileSync(path, changed);
        const { status, stderr } = sandbox.enter(['true'], { which: sandbox.directory });
        assert.equal(status, 125);
        assert.match(stderr.toString(), /none of yours runs; /);
      }
      sandbox.say('');
      await sandbox.ended;
    });
  });
}
