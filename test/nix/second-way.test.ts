/** A store whose database the caller may not read is asked through its daemon; a program of the caller's profile is found by its store path. */
import assert from 'node:assert/strict';
import { realpathSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { keptBuild } from '../support/kept.ts';
import { missing, type TestUser } from '../support/need.ts';
import { asUser, environmentFor, type Output, programFor, run, runCommand } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { SIDES } from '../support/watched.ts';

const skip = missing('nix', 'nix-daemon', 'user-namespaces', 'static-bash', 'static-busybox');

/** As the user, where the database is a file that only root may read; to root it is an empty one. */
function withoutDatabase(user: TestUser | null, words: readonly string[]): Output {
  const hide =
    'mount -t tmpfs -o mode=0700 none /nix/var/nix/db; : >/nix/var/nix/db/db.sqlite; path=$1; shift; PATH=$path exec "$@"';
  const own = ['unshare', '--mount', '--propagation', 'private', 'bash', '--norc', '-ec', hide, 'bash'];
  const path = environmentFor(user)['PATH'] ?? '';
  return runCommand([...own, path, ...asUser(user, [programFor(user), ...words])], {
    env: { ...environmentFor(user), XDG_CACHE_HOME: '/proc/nowhere' },
  });
}

for (const [name, user] of SIDES)
  test(`${name}: a database that cannot be read: the daemon tells the closure`, {
    skip: skip || missing('root'),
  }, () => {
    const { path } = keptBuild('plain-old');
    const words = ['plan', '--json', path, 'true'];
    const wanted = shownBy(run(words, { user, env: { XDG_CACHE_HOME: '/proc/nowhere' } }));
    assert.ok(wanted.length > 3, wanted.join());
    assert.deepEqual(shownBy(withoutDatabase(user, words)), wanted);
  });

for (const [name, user] of SIDES)
  test(`${name}: a command that is not inside, but on the own PATH and out of the store, is told by its path`, {
    skip,
  }, () => {
    const { path } = keptBuild('plain-old');
    const bin = scratchDirectory('profile');
    const program = shellOf(path);
    symlinkSync(dirname(program), `${bin}/profile`);
    symlinkSync('profile/bash', `${bin}/my-debugger`);
    const tools = shownBy(run(['plan', '--json', path, 'true'])).find(name => name.endsWith('-busybox-static'));
    symlinkSync(`/nix/store/${tools}/bin`, `${bin}/tools`);
    const PATH = `${environmentFor(user)['PATH']}:${bin}`;
    const enter = (...command: readonly string[]): Output => run([path, ...command], { user, env: { PATH } });
    for (const word of ['my-debugger', `${bin}/my-debugger`]) {
      const { stderr, status } = enter(word, '-c', 'true');
      assert.equal(status, 127);
      const [, said = ''] =
        /^nix-build-shell: cannot run \S+: [^\n]*; outside it is (\S+): give that as CMD[^\n]*\n$/.exec(
          stderr.toString(),
        ) ?? [];
      assert.equal(said, realpathSync(program));
      assert.equal(enter(said, '-c', 'exit 3').status, 3);
    }
    const many = enter(`${bin}/tools/ls`, '/').stderr.toString();
    assert.match(many, /; outside it is \/nix\/store\/\S+-busybox-static\/bin\/ls: give that/);
    for (const command of [['no-such-command'], ['bash', '-c', 'exit 127'], ['bash', '-c', 'my-debugger']]) {
      const { stderr, status } = enter(...command);
      assert.equal(status, 127);
      assert.doesNotMatch(stderr.toString(), /outside it is/);
    }
  });

/** The store paths that a plan shows, by their base names. */
function shownBy(plan: Output): readonly string[] {
  const { steps } = JSON.parse(plan.stdout.toString()) as SandboxPlan;
  return steps.flatMap(({ op }) => (op.kind === 'storePaths' ? op.entries.map(({ name }) => name) : []));
}

/** The shell of a kept build, in the store. */
function shellOf(directory: string): string {
  return /^shell +(\S+)/m.exec(run(['show', directory]).stdout.toString())?.[1] ?? '';
}
