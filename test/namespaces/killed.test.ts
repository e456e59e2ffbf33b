/**
 * Launchers that are killed at random moments leave no process and no mount, and the next start removes what they left on disk. 15 of
 * them; `npm run soak` kills 200 (NBS_KILLS).
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { leftovers, newMark, processesLeft, processesWith } from '../support/leftovers.ts';
import { missing, type TestUser } from '../support/need.ts';
import { run, start } from '../support/program.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { SIDES, sessionsFor } from '../support/watched.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');
const KILLS = Number(process.env['NBS_KILLS'] ?? 15);
/** Processes that fork, and some that leave their parent, their session and their signals behind. */
const BUSY = `
trap '' TERM HUP INT
(setsid sleep 1000 &) ; sleep 1000 & for ((;;)); do (true); done`;

/** A build whose copy takes a moment. */
function build(user: TestUser | null): SmallBuild {
  const made = smallBuild();
  for (let part = 0; part < 10; part += 1) {
    mkdirSync(join(made.directory, `part${part}`));
    for (let file = 0; file < 20; file += 1)
      writeFileSync(join(made.directory, `part${part}`, `${file}`), 'text\n'.repeat(500));
  }
  // Root mounts an overlay of its own over what is another user's.
  const owner = user === null ? '12345:12346' : `${user.uid}:${user.gid}`;
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', owner, made.directory]);
  return made;
}

for (const [name, user] of SIDES) {
  for (const rung of ['overlay', 'copy']) {
    test(`${name}, ${rung}: SIGKILL at random moments leaves nothing that a start does not sweep`, {
      skip,
    }, async () => {
      const { store, directory } = build(user);
      const sessions = sessionsFor(user);
      const before = treeHash(directory);
      const options = { user, env: { NIX_BUILD_SHELL_SESSIONS: sessions } };
      const kills = Math.ceil(KILLS / 4);
      const begun = performance.now();
      assert.equal(run([`--copy=${rung}`, '--store', store, directory, 'true'], options).status, 0);
      // From before the copy until the command has run for a while, however slow the machine is.
      const latestMs = 1.5 * (performance.now() - begun);
      let most = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        const moment = Math.random() * latestMs;
        const args = [`--copy=${rung}`, '--store', store, directory, 'bash', '-c', BUSY];
        const mark = newMark();
        const launcher = start(args, { ...options, before: mark.words, stdio: 'ignore' });
        const ended = once(launcher, 'exit');
        await sleep(moment);
        most = Math.max(most, processesWith(mark).length);
        launcher.kill('SIGKILL');
        await ended;
        assert.deepEqual(await processesLeft(mark), [], `killed after ${moment} ms`);
      }
      assert.ok(kills < 10 || most > 2, 'no sandbox was ever met alive');
      const next = run(['--store', store, directory, 'true'], options);
      assert.equal(next.stderr.toString(), '');
      assert.equal(next.status, 0);
      assert.deepEqual(leftovers(sessions), []);
      assert.equal(treeHash(directory), before);
    });
  }
}
