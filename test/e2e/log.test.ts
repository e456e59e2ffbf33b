/** `log`, and what `list` and `show` tell of logs: the program as its users start it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { keptBuild } from '../support/kept.ts';
import { bzip2, compilerText } from '../support/logs.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { environmentFor, programFor, run } from '../support/program.ts';
import { layOut } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';

interface Made {
  readonly directory: string;
  readonly root: string;
  readonly log: string;
}

const DRV = `${'0'.repeat(32)}-plain-1.0.drv`;

/** A kept build, and a store whose only log ended when it was kept. */
function buildWithLog(bytes: Uint8Array | string, ending = ''): Made {
  const root = scratchDirectory('log-store');
  const directory = layOut('plain-old', root);
  const log = join(root, 'nix/var/log/nix/drvs', DRV.slice(0, 2), `${DRV.slice(2)}${ending}`);
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, bytes);
  const { ctimeMs } = statSync(directory);
  utimesSync(log, ctimeMs / 1000, ctimeMs / 1000);
  return { directory, root, log };
}

const FAILED = [
  'Running phase: unpackPhase',
  '@nix { "action": "setPhase", "phase": "unpackPhase" }',
  'source root is source',
  'Running phase: buildPhase',
  '@nix { "action": "setPhase", "phase": "buildPhase" }',
  'cc -c program.c',
  '\u001b[1mprogram.c:3:\u001b[31m fatal error: \u001b[mzlib.h: No such file\u001b]0;evil\u0007',
  'compilation terminated.',
  'make: *** [Makefile:2: all] Error 1',
  '',
].join('\n');

const text = (bytes: Buffer): string => bytes.toString('utf8');

describe('log', () => {
  test('prints the log without what is meant for Nix, safe and without colours on a pipe, and says which it is', () => {
    const { directory, root, log } = buildWithLog(FAILED);
    const { status, stdout, stderr } = run(['log', '--store', root, directory]);
    assert.equal(status, 0, text(stderr));
    assert.equal(
      text(stdout),
      FAILED.replaceAll(/^@nix.*\n/gm, '')
        .replaceAll(/\u001b\[\d*m/g, '')
        .replace('\u001b]0;evil\u0007', ''),
    );
    assert.match(
      text(stderr),
      new RegExp(`^nix-build-shell: ${log}: it is the log .* ended when the directory was kept\n$`),
    );
  });

  test('on a terminal keeps colours and nothing else; NO_COLOR takes them, too', { skip: missing('script') }, () => {
    const { directory, root } = buildWithLog(FAILED);
    const shown = (env: Record<string, string>): string => {
      const command = `'${programFor(null)}' log --store ${root} ${directory}`;
      const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
        env: environmentFor(null, { TERM: 'xterm', ...env }),
      });
      return text(stdout);
    };
    assert.match(
      shown({}),
      /\u001b\[1mprogram\.c:3:\u001b\[31m fatal error: \u001b\[mzlib\.h: No such file\\e\]0;evil\\x07/,
    );
    assert.doesNotMatch(shown({ NO_COLOR: '1' }), /\u001b/);
    assert.doesNotMatch(shown({ TERM: 'dumb' }), /\u001b/);
  });

  test('--errors shows them in their surroundings, with numbers, under the phase', () => {
    const { directory, root } = buildWithLog(FAILED);
    const { status, stdout } = run(['log', '--errors', '--store', root, directory]);
    assert.equal(status, 0);
    assert.equal(
      text(stdout),
      `buildPhase, lines 4 to 9

  6  cc -c program.c
> 7  program.c:3: fatal error: zlib.h: No such file
  8  compilation terminated.
> 9  make: *** [Makefile:2: all] Error 1
`,
    );
  });

  test('--errors of a log that tells of none shows its end', () => {
    const { directory, root } = buildWithLog('one\ntwo\n');
    assert.equal(
      text(run(['log', '--errors', '--store', root, directory]).stdout),
      'The log names no phases\n\n  1  one\n  2  two\n',
    );
  });

  test('--phases and --tail', () => {
    const { directory, root } = buildWithLog(FAILED);
    assert.equal(
      text(run(['log', '--phases', '--store', root, directory]).stdout),
      `PHASE        LINES  ERRORS  LAST ERROR
unpackPhase  1-3    0
buildPhase   4-9    2       program.c:3: fatal error: zlib.h: No such file
`,
    );
    assert.equal(
      text(run(['log', '--tail', '2', '--store', root, directory]).stdout),
      'compilation terminated.\nmake: *** [Makefile:2: all] Error 1\n',
    );
    assert.equal(text(run(['log', '--tail', '0', '--store', root, directory]).stdout), '');
  });

  test('--tail of a long packed log is the end of all of it', { skip: missing('bzip2') }, () => {
    const long = compilerText(2_500_000);
    const { directory, root } = buildWithLog(bzip2(Buffer.from(long)), '.bz2');
    const lines = long.split('\n').slice(0, -1);
    for (const count of [1, 500, 12_000]) {
      const { stdout } = run(['log', '--tail', String(count), '--store', root, directory]);
      assert.deepEqual(text(stdout).split('\n').slice(0, -1), lines.slice(-count), `${count} lines`);
    }
    assert.equal(text(run(['log', '--store', root, directory]).stdout), long);
  });

  test('--json has the facts, and the lines that are asked for', () => {
    const { directory, root, log } = buildWithLog(FAILED);
    const { stdout, stderr } = run(['log', '--json', '--errors', '--tail', '1', '--store', root, directory]);
    const data = JSON.parse(text(stdout)) as Record<string, unknown>;
    assert.equal(text(stderr), '');
    assert.deepEqual(data['lines'], [{ number: 9, text: 'make: *** [Makefile:2: all] Error 1' }]);
    assert.deepEqual(
      [data['failingPhase'], data['lineCount'], (data['log'] as { path: string }).path],
      ['buildPhase', 9, log],
    );
    assert.deepEqual(data['errorCount'], { cause: 1, step: 1, sign: 0 });
    assert.doesNotMatch(text(stdout), /[\u0000-\u0009\u000b-\u001f]/);
  });

  test('a reader that has seen enough ends it quietly', () => {
    const { directory, root } = buildWithLog(compilerText(3_000_000));
    const command = '"$@" | head -n 1; echo "${PIPESTATUS[0]}"';
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', command, '-', programFor(null), 'log', '--store', root, directory],
      {
        env: environmentFor(null),
      },
    );
    assert.match(text(stdout), /^\[0\] gcc .*\n141\n$/);
    assert.doesNotMatch(text(stderr), /stdout/);
  });

  test('a full disk is said', () => {
    const { directory, root } = buildWithLog(FAILED);
    const { stderr, stdout } = spawnSync(
      'bash',
      ['-c', '"$@" >/dev/full; echo $?', '-', programFor(null), 'log', '--store', root, directory],
      {
        env: environmentFor(null),
      },
    );
    assert.equal(text(stdout), '125\n');
    assert.match(text(stderr), /cannot write to stdout/);
  });

  test('a log that is cut off is shown as far as it goes, and that is said', { skip: missing('bzip2') }, () => {
    const { directory, root } = buildWithLog(bzip2(Buffer.from(compilerText(2_000_000))).subarray(0, -20_000), '.bz2');
    const { status, stdout, stderr } = run(['log', '--store', root, directory]);
    assert.equal(status, 0);
    assert.ok(stdout.length > 800_000);
    assert.match(text(stderr), /the log ends within a packed block/);
  });

  test('no log, several, and wrong usage are one line each', () => {
    const { directory, root, log } = buildWithLog(FAILED);
    const twin = log.replace('00/', '11/').replace('/000', '/111');
    const none = run(['log', '--store', scratchDirectory('empty-store'), directory]);
    assert.deepEqual([none.status, text(none.stderr).split('\n').length], [125, 2]);
    assert.match(text(none.stderr), /there is no log of plain-1\.0/);
    mkdirSync(dirname(twin), { recursive: true });
    writeFileSync(twin, 'x\n');
    utimesSync(twin, statSync(log).atime, statSync(log).mtime);
    const several = run(['log', '--store', root, directory]);
    assert.equal(several.status, 125);
    assert.match(text(several.stderr), /2 logs of plain-1\.0.*--derivation \/nix\/store\/\S+\.drv chooses one/);
    const chosen = run(['log', '--derivation', `/nix/store/${DRV}`, '--store', root, directory]);
    assert.equal(chosen.status, 0, text(chosen.stderr));
    for (const words of [['--tail', 'x'], ['--errors', '--phases'], []])
      assert.equal(run(['log', ...words, ...(words.length === 0 ? [] : [directory])]).status, 2, words.join(' '));
  });
});

describe('list and show', () => {
  test('tell the failing phase and the last error, within 80 columns but for long paths', () => {
    const { root, log } = buildWithLog(FAILED);
    const list = text(run(['list', '--store', root, root]).stdout);
    assert.match(list, /^NAME +PHASE +AGE +OWNER +DIRECTORY\n {2}LAST ERROR\n/);
    assert.match(
      list,
      /plain-1\.0 +buildPhase .*plain-1\.0\.drv-0\n {2}program\.c:3: fatal error: zlib\.h: No such file\n/,
    );
    interface Listed {
      readonly name: { readonly value: string };
      readonly log: { readonly summary: { readonly path: string; readonly failingPhase: string } };
    }
    const all = JSON.parse(text(run(['list', '--json', '--store', root, root]).stdout)) as Listed[];
    const summary = all.find(({ name }) => name.value === 'plain-1.0')?.log.summary;
    assert.deepEqual([summary?.path, summary?.failingPhase], [log, 'buildPhase']);
  });

  test('a build whose path has no name is listed by that of its log', () => {
    const { root, log } = buildWithLog(FAILED);
    const nameless = join(root, 'nix-27-1619075871');
    mkdirSync(join(nameless, 'build'), { recursive: true });
    const { ctimeMs } = statSync(join(nameless, 'build'));
    utimesSync(log, ctimeMs / 1000, ctimeMs / 1000);
    assert.match(
      text(run(['list', '--store', root, root]).stdout),
      /^plain-1\.0 \(by its log\) +buildPhase .*nix-27-1619075871\n {2}program\.c:3: fatal/m,
    );
  });

  test('show names the log, how it was found, and what failed', () => {
    const { directory, root, log } = buildWithLog(FAILED);
    const shown = text(run(['show', '--store', root, directory]).stdout);
    assert.match(shown, new RegExp(`^log +${log}$`, 'm'));
    assert.match(shown, /^failing phase +buildPhase$/m);
    assert.match(shown, /^last error +program\.c:3: fatal error: zlib\.h: No such file$/m);
    assert.match(shown, /^log found by +it is the log/m);
  });
});

describe('the log of a build of real Nix', { skip: missing('nix', 'nix-daemon', 'user') }, () => {
  test('is shown to an ordinary user', () => {
    const kept = keptBuild('plain-new');
    const user = ordinaryUser();
    const { status, stdout, stderr } = run(['log', '--errors', kept.path], { user });
    assert.equal(status, 0, text(stderr));
    assert.match(
      text(stdout),
      /^buildPhase, lines \d+ to \d+\n\n[^]*> +\d+ {2}error: the compiler gave up on program\.c\n$/,
    );
    assert.match(text(run(['list'], { user }).stdout), /error: the compiler gave up on program\.c/);
  });
});
