/** A copy whose every call is interrupted by a signal before it is made (EINTR): it is the same copy. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { missing, type TestUser } from '../support/need.ts';
import { programFor } from '../support/program.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { supervised, supervisor } from '../support/supervised.ts';
import { SIDES, sessionsFor } from '../support/watched.ts';

const skip = missing('cc', 'user-namespaces', 'static-bash', 'static-busybox');
const FILES = 60;

/** Something of each kind. */
function build(): SmallBuild {
  const made = smallBuild();
  const at = (name: string): string => join(made.directory, name);
  mkdirSync(at('source/deep'));
  writeFileSync(at('source/big'), Buffer.alloc(600_000, 7));
  linkSync(at('source/big'), at('source/deep/same'));
  symlinkSync('big', at('source/link'));
  execFileSync('mkfifo', [at('source/pipe')]);
  execFileSync('truncate', ['-s', '1M', at('source/sparse')]);
  for (let file = 0; file < FILES; file += 1) {
    const directory = at(`source/many/${Math.floor(file / 10)}`);
    if (file % 10 === 0) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${file}`), `${file}\n`);
  }
  return made;
}

/** Every entry with its type, mode, size, time, number of names and link target; the content of files by its sum. */
function listing(directory: string): string {
  const found = execFileSync('find', ['.', '-mindepth', '1', '-printf', '%p %y %m %s %T@ %n %l\n'], { cwd: directory });
  const sums = execFileSync('sh', ['-c', 'find . -type f | sort | xargs cksum'], { cwd: directory });
  return found.toString().split('\n').sort().join('\n') + sums.toString();
}

function owned(user: TestUser | null, ...paths: readonly string[]): void {
  if (user !== null && process.getuid?.() === 0) execFileSync('chown', ['-hR', `${user.uid}:${user.gid}`, ...paths]);
}

for (const [name, user] of SIDES) {
  test(`${name}: a copy whose calls are all interrupted once is the same`, { skip }, () => {
    const { store, directory } = build();
    const sessions = sessionsFor(user);
    owned(user, directory);
    const program = supervisor();
    // What is read, and what is made.
    for (const part of [`/${basename(directory)}/source`, '/build']) {
      const options = ['--copy=copy', '--keep', '--without=modes', '--store', store];
      const words = [program, 'interrupt', part, programFor(user), ...options, directory, 'true'];
      const { status, stderr, answered } = supervised(words, user, sessions);
      const kept = /^nix-build-shell: the working copy is kept in (.*)\n$/.exec(stderr)?.[1];
      assert.ok(kept !== undefined, stderr);
      assert.equal(status, 0);
      assert.ok(answered > FILES, `${answered}`);
      assert.equal(listing(kept), listing(directory));
    }
    assert.equal(readdirSync(sessions).filter(each => each.endsWith('.lock')).length, 0);
  });
}
