/** What strangers may put into a kept directory, its name, or the command line: one clear line, and the documented status. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fsPath } from '../../src/base/path.ts';
import { leftovers } from '../support/leftovers.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { BASH, envVarsText, SMALL_ENVIRONMENT, smallBuild } from '../support/small-build.ts';
import { isFailure, SIDES, sessionsFor, watched } from '../support/watched.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');
const root = process.getuid?.() === 0;
const envFile = (text: string) => (directory: string) => writeFileSync(join(directory, 'env-vars'), text);
const instead = (make: (path: string) => void) => (directory: string) => {
  rmSync(join(directory, 'env-vars'));
  make(join(directory, 'env-vars'));
};
const shell = (path: string) => envFile(`declare -x SHELL="${path}"\n`);
const GARBAGE = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * at * 31 + (at >> 3)) & 0xff));

/** What is done to a kept directory, and what is said then. */
const KEPT: Readonly<Record<string, readonly [(directory: string) => void, RegExp]>> = {
  'an empty env-vars': [envFile(''), /sets no variable.*; --derivation DRV names/],
  'a truncated env-vars': [envFile(envVarsText(SMALL_ENVIRONMENT).slice(0, 30)), /sets no variable/],
  'an env-vars that ends before SHELL': [
    envFile('declare -x HOME="/homeless-shelter"\n'),
    /sets no SHELL; .*--derivation/,
  ],
  'garbage for env-vars': [
    directory => writeFileSync(join(directory, 'env-vars'), GARBAGE),
    /sets no (variable|SHELL)/,
  ],
  'a gigantic env-vars': [directory => truncateSync(join(directory, 'env-vars'), 70_000_000), /not believable/],
  'a directory for env-vars': [instead(path => mkdirSync(path)), /env-vars in \S+ is a directory, not a regular/],
  'a FIFO for env-vars': [instead(path => execFileSync('mkfifo', [path])), /is a FIFO, not a regular file/],
  'a link for env-vars': [instead(path => symlinkSync('/etc/passwd', path)), /is a symbolic link, not a regular/],
  'no env-vars and no derivation': [
    directory => rmSync(join(directory, 'env-vars')),
    /has no env-vars.*; --derivation DRV names/,
  ],
  'a SHELL that was removed': [shell(`${BASH.replace('bash', 'gone')}/bin/bash`), /= ENOENT.*; .*nix-store .*-r /],
  'a SHELL outside the store': [
    shell('/bin/bash'),
    /SHELL in env-vars is not in \/nix\/store; copy the kept directory/,
  ],
  'a SHELL that leads out of the store': [shell(`${BASH}/../../../bin/bash`), /is not in \/nix\/store/],
  'a SHELL that is no program': [shell(BASH), /no program that you may execute; copy the kept directory/],
  'a SHELL with terminal escapes': [shell('/nix/store/\u001b]0;owned\u0007\u009b31m'), /\\e\]0;owned\\x07\\x9b31m/],
};

for (const [name, user] of SIDES) {
  for (const [what, [change, line]] of Object.entries(KEPT)) {
    test(`${name}: ${what} is said in one line`, { skip }, () => {
      const build = smallBuild();
      change(build.directory);
      isFailure(watched(build, ['--store', build.store, build.directory, 'true'], { user }), 125, line);
    });
  }
}
for (const [what, content] of [
  ['truncated', 'Derive([("out","/nix/sto'],
  ['garbage', GARBAGE],
  ['NUL bytes in a', `Derive([("out","/nix/store/x\0y","","")],[],[],"s","${BASH}/bin/bash",[],[("out","a\0b")])`],
] as const) {
  for (const given of [true, false]) {
    test(`${what} derivation that is ${given ? 'named' : 'found'} is said in one line`, { skip }, () => {
      const build = smallBuild();
      const drv = '/nix/store/00000000000000000000000000000003-small-1.0.drv';
      rmSync(join(build.directory, 'env-vars'));
      writeFileSync(join(build.store, drv), content);
      const option = given ? ['--derivation', drv] : [];
      isFailure(
        watched(build, ['--store', build.store, ...option, build.directory, 'true']),
        125,
        /small-1\.0\.drv.*; --derivation /,
      );
    });
  }
}

test('a derivation may be named by its path on the host, too', { skip }, () => {
  const build = smallBuild();
  const drv = '/nix/store/00000000000000000000000000000003-small-1.0.drv';
  rmSync(join(build.directory, 'env-vars'));
  writeFileSync(join(build.store, drv), `Derive([("out","/nix/store/x","","")],[],[],"s","${BASH}/bin/bash",[],[])`);
  const words = ['--store', build.store, '--derivation', build.store + drv, build.directory, 'bash', '-c', 'echo in'];
  assert.equal(watched(build, words).stdout.toString(), 'in\n');
});

for (const [what, name] of [
  ['blanks and quotes', ` '"\`$(touch owned)\\ `],
  ['a newline', 'a\nb'],
  ['what mount options are made of', 'a:b,c\\,d=e,upperdir=x'],
  ['terminal escapes', '\u001b[31m\u0007'],
  ['bytes that are not UTF-8', '\udcff\udc80é'],
  ['a name like an option', '--net'],
] as const) {
  for (const [side, user] of SIDES) {
    test(`${side}: a DIR whose name has ${what} is entered`, { skip }, () => {
      const build = smallBuild();
      const odd = Buffer.concat([Buffer.from(`${dirname(build.directory)}/`), Buffer.from(fsPath(name))]);
      renameSync(build.directory, odd);
      for (const owned of root && user !== null ? [false, true] : [false]) {
        if (owned) execFileSync('chown', ['-R', `${user?.uid}:${user?.gid}`, dirname(build.directory)]);
        const sessions = sessionsFor(user);
        const args = ['--store', build.store, '--', name, 'bash', '-c', 'cat source/hello.c; echo $PWD'];
        const options = { user, cwd: dirname(build.directory), env: { NIX_BUILD_SHELL_SESSIONS: sessions } };
        const { stdout, stderr, status } = run(args, options);
        assert.equal(stderr.toString(), '');
        assert.equal(stdout.toString(), 'int main(void) { return 0; }\n/build\n');
        assert.equal(status, 0);
        assert.deepEqual(leftovers(sessions), []);
      }
      renameSync(odd, build.directory);
    });
  }
}

test('a DIR that is closed to the caller is said in one line', { skip: skip || missing('root', 'user') }, () => {
  const user = ordinaryUser();
  const build = smallBuild();
  chmodSync(build.directory, 0o700);
  const closed = run(['--store', build.store, build.directory, 'true'], { user });
  isFailure(closed, 125, /= EACCES; it belongs to root: --sudo copies it/);
  for (const command of ['plan', 'env'])
    isFailure(
      run([command, '--store', build.store, build.directory], { user }),
      125,
      /is closed to you \(EACCES\).*; 'nix-build-shell --sudo DIR CMD' reads it/,
    );
  isFailure(
    run(['show', `${build.directory}/source`], { user }),
    125,
    /EACCES; a directory on the way is closed to you/,
  );
});

test('a directory of your own that is closed: what opens it is said', { skip: skip || missing('user') }, () => {
  const user = ordinaryUser();
  for (const name of ['my copy', 'nix-build-my copy.drv-0']) {
    const directory = join(scratchDirectory('closed'), name);
    mkdirSync(directory, { mode: 0 });
    if (root) chownSync(directory, user?.uid ?? 0, user?.gid ?? 0);
    isFailure(run([directory, 'true'], { user }), 125, /= EACCES; it is yours: chmod u\+rx '.*my copy.*'$/m);
  }
});

test('an env-vars of another user and no derivation: what can be done is said', {
  skip: skip || missing('root', 'user'),
}, () => {
  const build = smallBuild();
  chmodSync(join(build.directory, 'env-vars'), 0o600);
  const output = watched(build, ['--store', build.store, build.directory, 'true'], { user: ordinaryUser() });
  isFailure(output, 125, /\(EACCES\).*; --derivation DRV names .*; 'nix-build-shell --sudo DIR CMD' reads it/);
});

test('a damaged end of env-vars is said, and the command runs with the rest', { skip }, () => {
  const build = smallBuild();
  writeFileSync(join(build.directory, 'env-vars'), `${envVarsText(SMALL_ENVIRONMENT)}declare -x ZZZ="cut off`);
  const { stdout, stderr, status } = watched(build, [
    '--store',
    build.store,
    build.directory,
    'bash',
    '-c',
    'echo $HOME',
  ]);
  assert.match(
    stderr.toString(),
    /^nix-build-shell: .*env-vars is damaged: line 11: .*ZZZ.*\n\/build\/env-vars: line 11: /,
  );
  assert.equal(stdout.toString(), '/homeless-shelter\n');
  assert.equal(status, 0);
});

test('files of our own do not lie in DIR, whatever the environment says: it would change', { skip }, () => {
  const build = smallBuild();
  const inside = join(build.directory, 'own');
  const link = join(dirname(build.directory), 'link');
  symlinkSync(build.directory, link);
  for (const env of [
    { NIX_BUILD_SHELL_SESSIONS: inside },
    { NIX_BUILD_SHELL_SESSIONS: `${link}/own` },
    { NIX_BUILD_SHELL_SESSIONS: undefined, HOME: build.directory },
    { XDG_CACHE_HOME: inside },
  ]) {
    for (const words of [
      ['--store', build.store, build.directory, 'true'],
      ['plan', '--store', build.store, build.directory],
    ])
      isFailure(
        watched(build, words, { env }),
        125,
        /cannot keep files of our own in \S+: it lies in the kept directory .*; NIX_BUILD_SHELL_SESSIONS and/,
      );
  }
});

for (const [side, user] of SIDES) {
  test(`${side}: DIR of one's own keeps its access times, too`, { skip }, () => {
    const build = smallBuild();
    if (user !== null && root) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, build.directory]);
    const paths = ['', 'env-vars', 'source', 'source/hello.c'].map(name => join(build.directory, name));
    for (const path of paths) utimesSync(path, 1, 2);
    for (const copy of ['overlay', 'copy']) {
      const env = { NIX_BUILD_SHELL_SESSIONS: sessionsFor(user) };
      const { stderr, status } = run(['--store', build.store, `--copy=${copy}`, build.directory, 'true'], {
        user,
        env,
      });
      assert.equal(stderr.toString(), '');
      assert.equal(status, 0);
      assert.deepEqual(
        paths.map(path => statSync(path).atimeMs),
        [1000, 1000, 1000, 1000],
      );
    }
  });
}
