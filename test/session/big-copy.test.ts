/** A big tree is copied by several threads; the result is as if one had done it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, linkSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { run, start } from '../support/program.ts';
import { atBest } from '../support/quick.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { smallBuild } from '../support/small-build.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');
const DIRECTORIES = 120;
const FILES = 50;

/** Every entry with its type, mode, size, times and link target; the content of files by its sum. */
function listing(directory: string): string {
  const found = execFileSync('find', ['.', '-mindepth', '1', '-printf', '%p %y %m %s %T@ %n %l\n'], { cwd: directory });
  const sums = execFileSync('sh', ['-c', 'find . -type f | sort | xargs cksum'], { cwd: directory });
  return found.toString().split('\n').sort().join('\n') + sums.toString();
}

function bigBuild(): { readonly store: string; readonly directory: string; readonly sessions: string } {
  const build = smallBuild();
  for (let number = 0; number < DIRECTORIES; number += 1) {
    const directory = join(build.directory, `part${number % 7}`, `deep${number}`);
    mkdirSync(directory, { recursive: true });
    for (let file = 0; file < FILES; file += 1)
      writeFileSync(join(directory, `${file}`), `${number} ${file}\n`.repeat(file));
    // The same file in many directories: several threads meet it at the same time.
    if (number > 0) linkSync(join(build.directory, 'part0/deep0/7'), join(directory, 'linked'));
    chmodSync(directory, number % 2 === 0 ? 0o755 : 0o555);
  }
  const sessions = scratchDirectory('sessions');
  chmodSync(sessions, 0o700);
  return { ...build, sessions };
}

test('a big tree arrives whole: modes, times, content, hard links', { skip }, async () => {
  const { store, directory, sessions } = bigBuild();
  // Where the machine is busy, the other threads may begin when the first has done it all.
  await atBest(() => {
    for (const session of readdirSync(sessions)) execFileSync('chmod', ['-R', 'u+w', join(sessions, session)]);
    for (const session of readdirSync(sessions)) rmSync(join(sessions, session), { recursive: true });
    const options = ['--trace=copy', '--copy=copy', '--keep', '--without=modes', '--store', store];
    const { status, stderr } = run([...options, directory, 'true'], { env: { NIX_BUILD_SHELL_SESSIONS: sessions } });
    assert.equal(status, 0, stderr.toString());
    if (availableParallelism() > 1)
      assert.match(stderr.toString(), /[1-9]\d* of the files were copied by \d more threads/);
  });
  const copy = join(sessions, readdirSync(sessions)[0] ?? '', 'build');
  assert.equal(listing(copy), listing(directory));
  assert.equal(statSync(join(copy, 'part0/deep0/7')).ino, statSync(join(copy, 'part1/deep1/linked')).ino);
  // Nothing of the copy's own; what is written to the store may have layers there.
  const beside = readdirSync(join(copy, '..')).filter(name => !/^store(-work)?$/.test(name));
  assert.deepEqual(beside.sort(), ['build', 'root']);
});

test('a file that grows while it is copied is named', { skip }, async () => {
  const { store, directory, sessions } = bigBuild();
  const growing = join(directory, 'part6', 'growing');
  writeFileSync(growing, 'x'.repeat(64 * 1024 * 1024));
  // That it grows just then is up to the machine, too.
  await atBest(async () => {
    const program = start(['--copy=copy', '--store', store, directory, 'true'], {
      env: { NIX_BUILD_SHELL_SESSIONS: sessions },
    });
    let said = '';
    program.stderr?.on('data', chunk => (said += String(chunk)));
    const writer = setInterval(() => appendFileSync(growing, 'more'), 1);
    const status = await new Promise(resolve => program.once('close', resolve));
    clearInterval(writer);
    assert.equal(status, 0);
    assert.match(said, /part6\/growing changed while it was copied/);
  });
});
