/** Calls of a copy that the kernel refuses, one kind at a time: the copy does without, names what is missing, or ends with one line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftovers } from '../support/leftovers.ts';
import { missing } from '../support/need.ts';
import { environmentFor, type Output, programFor } from '../support/program.ts';
import { type RefusedCall, withRefused } from '../support/refused-calls.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { isFailure, sessionsFor } from '../support/watched.ts';

const skip = missing('root', 'bwrap', 'user-namespaces', 'static-bash', 'static-busybox');
const { EDQUOT, EIO, EMFILE, EMLINK, ENFILE, ENOMEM, ENOSPC, ENOTSUP, EPERM, EROFS, EXDEV, EACCES } = constants.errno;

/** Something of each kind that the copy has calls of its own for. */
function build(): SmallBuild {
  const made = smallBuild();
  const at = (name: string): string => join(made.directory, name);
  mkdirSync(at('directory'));
  writeFileSync(at('directory/big'), Buffer.alloc(600_000, 7));
  linkSync(at('directory/big'), at('same'));
  symlinkSync('big', at('directory/link'));
  spawnSync('mkfifo', [at('pipe')]);
  spawnSync('truncate', ['-s', '1M', at('sparse')]);
  return made;
}

function copiedWith({ store, directory }: SmallBuild, refused: RefusedCall, script: string): Output {
  const sessions = sessionsFor(null);
  const before = treeHash(directory);
  const output = withRefused(refused, (words, fd) => {
    const args = [
      ...words.slice(1),
      programFor(null),
      '--copy=copy',
      '--store',
      store,
      directory,
      'bash',
      '-c',
      script,
    ];
    return spawnSync(words[0] ?? '', args, {
      cwd: '/',
      env: environmentFor(null, { NIX_BUILD_SHELL_SESSIONS: sessions }),
      stdio: ['ignore', 'pipe', 'pipe', fd],
    });
  });
  assert.equal(treeHash(directory), before);
  assert.deepEqual(leftovers(sessions), []);
  return output;
}

const FICLONE = { argument: 1, bits: 0x40049409 };
const NEW_FILE = { argument: 2, bits: 0o300 }; // O_CREAT, O_EXCL;

/** What ends a copy, as all that follows would fail as well. */
const FATAL: readonly (readonly [RefusedCall, RegExp])[] = [
  [{ call: 'mkdirat', errno: ENOSPC }, /mkdirat\(.*\) = ENOSPC; .*make room there/],
  [{ call: 'mkdirat', errno: EDQUOT }, /= EDQUOT; .*NIX_BUILD_SHELL_SESSIONS/],
  [{ call: 'symlinkat', errno: EIO }, /symlinkat\(".*\/link"\) = EIO; /],
  [{ call: 'symlinkat', errno: EROFS }, /= EROFS; /],
  [{ call: 'mknodat', errno: ENOMEM }, /mknodat\(".*\/pipe"\) = ENOMEM; /],
  [{ call: 'openat', errno: EMFILE, when: NEW_FILE }, /openat\(.*\) = EMFILE; raise the limit of open files/],
  [{ call: 'openat', errno: ENFILE, when: NEW_FILE }, /= ENFILE; /],
  [{ call: 'copy_file_range', errno: ENOSPC }, /copy_file_range\(".*\/(big|same)"\) = ENOSPC; /],
  [{ call: 'ftruncate', errno: EIO }, /ftruncate\(".*\/sparse"\) = EIO; /],
  [{ call: 'linkat', errno: EDQUOT }, /linkat\(.*\) = EDQUOT; /],
];

for (const [refused, line] of FATAL) {
  test(`${refused.call} = ${refused.errno}: the copy ends with one line, and nothing is left`, { skip }, () => {
    isFailure(copiedWith(build(), refused, 'true'), 125, line);
  });
}

/** What a copy can do without, and what there is of it then. */
const BEARABLE: readonly (readonly [RefusedCall, string, string, RegExp])[] = [
  [{ call: 'copy_file_range', errno: EXDEV }, 'stat -c %s same', '600000\n', /^$/],
  [{ call: 'copy_file_range', errno: EIO }, 'stat -c %s same', '600000\n', /^$/],
  [{ call: 'linkat', errno: EMLINK }, 'stat -c %h,%s same directory/big', '1,600000\n1,600000\n', /^$/],
  [{ call: 'linkat', errno: EPERM }, 'stat -c %h same', '1\n', /^$/],
  [{ call: 'utimensat', errno: EPERM }, 'stat -c %s same', '600000\n', /^$/],
  [{ call: 'flistxattr', errno: ENOTSUP }, 'stat -c %s same', '600000\n', /^$/],
  [{ call: 'ioctl', errno: ENOTSUP, when: FICLONE }, 'stat -c %s same', '600000\n', /^$/],
  [{ call: 'mknodat', errno: EPERM }, 'true', '', /^nix-build-shell: 1 of its files .*: pipe \(EPERM\)\n/],
  [
    { call: 'symlinkat', errno: EACCES },
    'true',
    '',
    /^nix-build-shell: 1 of its files .*: directory\/link \(EACCES\)\n/,
  ],
  [{ call: 'readlinkat', errno: EIO }, 'true', '', /^nix-build-shell: 1 of its files .*: directory\/link \(EIO\)\n/],
];

for (const [refused, script, stdout, stderr] of BEARABLE) {
  test(`${refused.call} = ${refused.errno}: the copy does without, or names what is missing`, { skip }, () => {
    const output = copiedWith(build(), refused, script);
    assert.match(output.stderr.toString(), stderr);
    // The sandbox's own links and nodes need the same calls: then the start says so.
    if (['mknodat', 'symlinkat'].includes(refused.call)) return;
    assert.equal(output.stdout.toString(), stdout);
    assert.equal(output.status, 0);
  });
}
