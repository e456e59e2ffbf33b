/** CMD that is not there, or is no program: one clear line and its status, whatever the shell would say; and nothing else is refused. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lookInside } from '../../src/sandbox/look-inside.ts';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { missing } from '../support/need.ts';
import { run } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { BASH, BUSYBOX, envVarsText, SMALL_ENVIRONMENT, type SmallBuild, smallBuild } from '../support/small-build.ts';
import { isFailure, SIDES, watched } from '../support/watched.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');

function oddBuild(): SmallBuild {
  const build = smallBuild({ ...SMALL_ENVIRONMENT, PATH: `${SMALL_ENVIRONMENT.PATH}:/build/bin` });
  const script = join(build.directory, 'run.sh');
  writeFileSync(script, '#!/bin/sh\necho ran\n');
  chmodSync(script, 0o755);
  for (const [name, target] of [
    ['circle', 'circle'],
    ['to-the-host', '/usr/bin/env'],
    ['to-the-store', `${BASH}/bin/bash`],
    ['up', '../build/source/../run.sh'],
    ['bin', 'source'],
  ] as const)
    symlinkSync(target, join(build.directory, name));
  return build;
}

/** CMD, the status, and what is said. */
const REFUSED: readonly (readonly [command: string, status: number, line: RegExp])[] = [
  ['no-such', 127, /cannot run no-such: no directory of the build's PATH has it; name it by its path .*--bind$/m],
  ['\u001b[31m', 127, /cannot run \\e\[31m: no directory/],
  ['source', 127, /no directory of the build's PATH has it/],
  ['', 127, /cannot run CMD: it is empty/],
  ['--net', 2, /cannot run --net: options come before DIR; a command of that name/],
  [
    '/usr/bin/env',
    127,
    /execve\("\/usr\/bin\/env", …\) = ENOENT: there is no such file in the sandbox; 'nix-build-shell plan/,
  ],
  ['/build/to-the-host', 127, /= ENOENT: there is no such file in the sandbox/],
  ['/build/run.sh/x', 127, /= ENOENT/],
  ['./no-such', 127, /execve\("\.\/no-such", …\) = ENOENT/],
  ['/nix/store/no-such/bin/x', 127, /= ENOENT/],
  ['/build', 126, /execve\("\/build", …\) = EACCES: it is a directory; /],
  [`${BUSYBOX}/bin`, 126, /= EACCES: it is a directory/],
  ['source/hello.c', 126, /= EACCES: it may not be executed; a script is run by its shell/],
  ['hello.c', 126, /execve\("\/build\/bin\/hello\.c", …\) = EACCES: it may not be executed/],
  ['/etc/passwd', 126, /= EACCES: it may not be executed/],
  ['/dev/null', 126, /= EACCES: it may not be executed/],
  ['/build/circle', 126, /= ELOOP: its links lead in a circle/],
];

const RUN = ['true', 'bash', '/bin/sh', './run.sh', '/build/run.sh', './up', '/build/to-the-store', '/proc/self/exe'];

for (const [side, user] of SIDES) {
  test(`${side}: a CMD that cannot be run is said in one line`, { skip }, () => {
    const build = oddBuild();
    for (const [command, status, line] of REFUSED)
      isFailure(watched(build, ['--store', build.store, build.directory, command, 'x'], { user }), status, line);
    for (const words of [...RUN.map(command => [command]), ['--', 'true'], ['-a', 'name', 'bash']]) {
      const { status, stderr } = watched(build, ['--store', build.store, build.directory, ...words], { user });
      assert.equal(status, 0, `${words.join(' ')}: ${stderr.toString()}`);
    }
    isFailure(
      watched(build, ['--store', build.store, build.directory, '--', 'nope'], { user }),
      127,
      /cannot run nope:/,
    );
  });

  test(`${side}: the same with a re-constructed environment, in the words of its shell's script`, { skip }, () => {
    const build = oddBuild();
    rmSync(join(build.directory, 'env-vars'));
    const drv = '/nix/store/00000000000000000000000000000003-small-1.0.drv';
    const env = `[("PATH","${SMALL_ENVIRONMENT.PATH}"),("name","small-1.0")]`;
    writeFileSync(
      join(build.store, drv),
      `Derive([("out","${SMALL_ENVIRONMENT.out}","","")],[],[],"x86_64-linux","${BASH}/bin/bash",[],${env})`,
    );
    for (const [words, wanted, line] of [
      ['-- true', 0, /^[^\n]*\n$/],
      ['--whole-store true', 2, /\nnix-build-shell: cannot run --whole-store: options come before DIR; .*\n$/],
      ['-a name bash', 0, /^[^\n]*\n$/],
      ['no-such', 127, /\nnix-build-shell: cannot run the command: no directory of the build's PATH has it; .*\n$/],
      ['alias', 127, /\nnix-build-shell: cannot run the command: no directory of the build's PATH has it; .*\n$/],
      ['/usr/bin/env', 127, /\nnix-build-shell: cannot run the command: there is no such file in the sandbox\n$/],
      ['./source/hello.c', 126, /\nnix-build-shell: cannot run the command: it may not be executed\n$/],
      ['./run.sh', 0, /^[^\n]*\n$/],
      ['bash', 0, /^[^\n]*\n$/],
    ] as const) {
      const all = ['--store', build.store, '--derivation', drv, build.directory, ...words.split(' ')];
      const { status, stderr } = watched(build, all, { user });
      assert.match(stderr.toString(), line);
      assert.equal(status, wanted, words);
    }
  });

  test(`${side}: what is told of paths before the start is so inside`, { skip }, () => {
    const build = oddBuild();
    if (user !== null) execFileSync('chown', ['-hR', `${user.uid}:${user.gid}`, build.directory]);
    const shared = scratchDirectory('shared');
    writeFileSync(join(shared, 'file'), '');
    for (const copy of ['overlay', 'copy']) {
      const words = ['--store', build.store, `--copy=${copy}`, '--bind', `${shared}:/shared`];
      const plan = JSON.parse(
        run(['plan', '--json', ...words, build.directory, 'true'], { user }).stdout.toString(),
      ) as SandboxPlan;
      const find = (what: string): readonly string[] => {
        const script = `find / -path /proc -prune -o ${what} -print`;
        const { stdout } = run([...words, build.directory, 'bash', '-c', script], { user });
        return stdout
          .toString()
          .split('\n')
          .filter(path => path !== '');
      };
      // Of a copy that is not made, nothing can be told.
      const told = (path: string): boolean =>
        !(copy === 'copy' && path.startsWith('/build')) && !path.endsWith('sessions');
      const expected = {
        directory: find('-type d'),
        program: find('-type f -perm -111'),
        file: find('-type f ! -perm -111'),
      };
      for (const [kind, paths] of Object.entries(expected)) {
        assert.ok(paths.length >= 3, kind);
        const wrong = paths.filter(path => told(path) && ![kind, 'unknown'].includes(lookInside(plan, path)));
        assert.deepEqual(wrong, [], kind);
      }
      for (const path of ['/usr', '/etc/shadow', '/nix/store/x', '/build/source/x', '/shared/x', '/home'])
        assert.equal(lookInside(plan, path), 'absent', path);
    }
  });
}

test('an environment that does more than to set variables is left to the shell', { skip }, () => {
  const build = smallBuild();
  const text = `${envVarsText(SMALL_ENVIRONMENT)}export PATH=$PATH:/build/later\n`;
  writeFileSync(join(build.directory, 'env-vars'), text);
  const { status, stderr } = watched(build, ['--store', build.store, build.directory, 'no-such']);
  assert.match(stderr.toString(), /exec: no-such: not found\n$/);
  assert.equal(status, 127);
});
