/** How a run ends: the status and the signals are the command's own, streams are whole, and nothing is left (S2). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { leftovers, newMark, processesLeft } from '../support/leftovers.ts';
import { missing, type TestUser } from '../support/need.ts';
import { PATIENCE_MS, until } from '../support/patience.ts';
import { programFor, run, runCommand, start } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { SIDES, sessionsFor, watched } from '../support/watched.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly left: readonly string[];
}

/** Starts a script, sends a signal to the launcher when the script says `ready`, and waits for the end. */
async function signalled(
  { store, directory }: SmallBuild,
  user: TestUser | null,
  script: string,
  signals: readonly NodeJS.Signals[],
): Promise<Ended> {
  const sessions = sessionsFor(user);
  const args = ['--store', store, directory, 'bash', '-c', script];
  const mark = newMark();
  const launcher = start(args, { user, before: mark.words, env: { NIX_BUILD_SHELL_SESSIONS: sessions } });
  let stdout = '';
  let sent = 0;
  launcher.stdout?.on('data', chunk => {
    stdout += String(chunk);
    const signal = signals[sent];
    if (signal !== undefined && stdout.split('ready').length > sent + 1) {
      sent += 1;
      launcher.kill(signal);
    }
  });
  const timer = setTimeout(() => launcher.kill('SIGKILL'), PATIENCE_MS);
  const [status, signal] = (await once(launcher, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  return { status, signal, stdout, left: leftovers(sessions, mark) };
}

const ENDS = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGQUIT: 131,
  SIGUSR1: 138,
  SIGUSR2: 140,
  SIGALRM: 142,
} as const;

for (const [name, user] of SIDES) {
  test(`${name}: the status is the command's, 128+n where signal n ended it`, { skip }, () => {
    const build = smallBuild();
    for (const [script, status] of [
      ['exit 0', 0],
      ['exit 1', 1],
      ['exit 125', 125],
      ['exit 255', 255],
      ['kill -TERM $$', 143],
      ['kill -KILL $$', 137],
      ['kill -SEGV $$', 139],
      ['kill -PIPE $$', 141],
      ['kill -TERM -1; exit 3', 3],
    ] as const) {
      const output = watched(build, ['--store', build.store, build.directory, 'bash', '-c', script], { user });
      assert.equal(output.status, status, `${script}: ${output.stderr.toString()}`);
      assert.equal(output.signal, null);
    }
  });

  test(`${name}: each signal to the launcher ends the command, and nothing is left`, { skip }, async () => {
    const build = smallBuild();
    // It is tail that says ready: a signal that comes while bash executes it is lost, by bash.
    const script = '(setsid sleep 1000 &); echo ready >said; exec tail -f said';
    for (const [signal, status] of Object.entries(ENDS)) {
      const ended = await signalled(build, user, script, [signal as NodeJS.Signals]);
      assert.deepEqual(ended, { status, signal: null, stdout: 'ready\n', left: [] }, signal);
    }
  });

  test(`${name}: a command that handles signals gets them, as often as they are sent`, { skip }, async () => {
    const trap = Object.keys(ENDS)
      .map(signal => `trap 'echo got ${signal} ready' ${signal.slice(3)}`)
      .join('; ');
    const script = `${trap}; trap 'echo bye; exit 7' USR2; echo ready; for ((;;)); do sleep 0.01; done`;
    const sent = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT', 'SIGALRM', 'SIGUSR1', 'SIGUSR2'] as const;
    const ended = await signalled(smallBuild(), user, script, sent);
    const said = sent.slice(0, -1).map(signal => `got ${signal} ready\n`);
    assert.deepEqual(ended, { status: 7, signal: null, stdout: `ready\n${said.join('')}bye\n`, left: [] });
  });
}

test('what the command leaves running ends with it', { skip }, () => {
  const build = smallBuild();
  const script = 'sleep 1000 & (setsid sleep 1000 &); (trap "" TERM HUP; sleep 1000) & echo done';
  const { stdout, status } = watched(build, ['--store', build.store, build.directory, 'bash', '-c', script]);
  assert.equal(stdout.toString(), 'done\n');
  assert.equal(status, 0);
});

test('streams are whole: 20 MB through both, a reader that goes away, a writer that goes on', { skip }, () => {
  const { store, directory } = smallBuild();
  const big = Buffer.alloc(20_000_000, 'a line of text\n');
  const through = run(['--store', store, directory, 'cat'], { stdin: big });
  assert.ok(through.stdout.equals(big));
  const words = [programFor(null), '--store', store, directory];
  const cut = runCommand([
    'bash',
    '-c',
    '"$@" | head -c 5; echo " ${PIPESTATUS[0]}"',
    'x',
    ...words,
    'bash',
    '-c',
    'while :; do echo y; done',
  ]);
  assert.equal(cut.stdout.toString(), 'y\ny\ny 141\n');
  assert.match(cut.stderr.toString(), /^$/);
  const slow = runCommand(['bash', '-c', '"$@" | { sleep 0.3; wc -c; }', 'x', ...words, 'cat'], { stdin: big });
  assert.equal(slow.stdout.toString().trim(), String(big.length));
});

test('a signal before the command runs ends the launcher, and the next start sweeps', { skip }, async () => {
  const { store, directory } = smallBuild();
  const sessions = sessionsFor(null);
  const env = { NIX_BUILD_SHELL_SESSIONS: sessions };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    for (const after of [5, 30, 60, 90]) {
      const mark = newMark();
      const args = ['--copy=copy', '--store', store, directory, 'sleep', '1000'];
      const launcher = start(args, { env, before: mark.words, stdio: 'ignore' });
      const ended = once(launcher, 'exit');
      await sleep(after);
      launcher.kill(signal);
      const timer = setTimeout(() => launcher.kill('SIGKILL'), PATIENCE_MS);
      const [status, by] = (await ended) as [number | null, string | null];
      clearTimeout(timer);
      assert.notEqual(by, 'SIGKILL', `${signal} after ${after} ms had no effect`);
      assert.ok(by === signal || [129, 130, 143].includes(status ?? 0), `${signal} after ${after} ms: ${status} ${by}`);
      assert.deepEqual(await processesLeft(mark), []);
    }
  }
  assert.equal(run(['--store', store, directory, 'true'], { env }).status, 0);
  assert.deepEqual(leftovers(sessions), []);
});

test('what another run is using, or was kept on purpose, is not swept', { skip }, async () => {
  const { store, directory } = smallBuild();
  const sessions = sessionsFor(null);
  const env = { NIX_BUILD_SHELL_SESSIONS: sessions };
  const go = join(scratchDirectory('go'), 'go');
  const bind = ['--bind', `${dirname(go)}:/go`];
  const script = 'echo mine >mine; echo ready; while [ ! -e /go/go ]; do sleep 0.05; done; cat mine';
  const first = start(['--keep', ...bind, '--store', store, directory, 'bash', '-c', script], { env });
  let stdout = '';
  first.stdout?.on('data', chunk => (stdout += String(chunk)));
  const closed = once(first, 'close');
  await until('it is ready', () => stdout.includes('ready'));
  for (let time = 0; time < 3; time += 1) assert.equal(run(['--store', store, directory, 'true'], { env }).status, 0);
  writeFileSync(go, '');
  const [status] = (await closed) as [number];
  assert.equal(stdout, 'ready\nmine\n');
  assert.equal(status, 0);
  assert.equal(run(['--store', store, directory, 'true'], { env }).status, 0);
  const [kept, ...others] = leftovers(sessions);
  assert.deepEqual(others, []);
  assert.ok(existsSync(join(sessions, kept ?? '', 'build/mine')));
});
