import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { factsCollector, type LogFacts } from './facts.ts';
import { lineSplitter } from './lines.ts';
import { nixMessage } from './nix-message.ts';

function factsOf(text: string): LogFacts {
  const collector = factsCollector();
  const splitter = lineSplitter(collector.add);
  splitter.feed({ unit: 0, skip: 0, bytes: Buffer.from(text) });
  splitter.end();
  return collector.facts();
}

const phase = (name: string): string => `@nix { "action": "setPhase", "phase": "${name}" }\n`;

describe('the phases of a log', () => {
  test('begin with their header, and end before the next', () => {
    const facts = factsOf(
      `hook\nRunning phase: unpackPhase\n${phase('unpackPhase')}x\n${phase('buildPhase')}Running phase: buildPhase\ny\n`,
    );
    assert.deepEqual(facts.phases, [
      { name: 'unpackPhase', startLine: 2, endLine: 4 },
      { name: 'buildPhase', startLine: 5, endLine: 7 },
    ]);
    assert.equal(facts.failingPhase, 'buildPhase');
  });

  test('are told by @nix lines, else by headers, else by the headers of old', () => {
    const all = `building\nRunning phase: b\n${phase('c')}`;
    assert.equal(factsOf(all).failingPhase, 'c');
    assert.equal(factsOf('building\nRunning phase: b\ninstalling\n').failingPhase, 'b');
    assert.deepEqual(
      factsOf('unpacking sources\nsource root is x\nbuilding\nmake\n').phases.map(({ name }) => name),
      ['unpackPhase', 'buildPhase'],
    );
    assert.equal(factsOf('building foo\n').failingPhase, null);
  });

  test('any order of fields is read, and what is no message is text', () => {
    assert.deepEqual(nixMessage('@nix {"phase":"x y","id":1,"action":"setPhase"}'), {
      action: 'setPhase',
      phase: 'x y',
    });
    for (const line of [
      '@nix {',
      '@nix []',
      '@nix null',
      '@nix {"action":1}',
      '@nix {"action":"setPhase","phase":{}}',
      '@nixed {}',
      ' @nix {}',
    ])
      assert.equal(nixMessage(line), null, line);
    assert.deepEqual(nixMessage('@nix {"action":"msg","level":0,"msg":"error: x"}'), {
      action: 'msg',
      level: 0,
      text: 'error: x',
    });
    assert.equal(factsOf('@nix {"action":"setPhase","phase":\nerror: x\n').lastError?.text, 'error: x');
  });

  test('a log that claims phases without end is followed to the last', () => {
    const facts = factsOf(Array.from({ length: 3000 }, (_, at) => `Running phase: p${at}\n`).join(''));
    assert.equal(facts.failingPhase, 'p2999');
    assert.ok(facts.phases.length <= 500);
  });
});

describe('the error of a log', () => {
  const lastOf = (text: string): string | undefined => factsOf(text).lastError?.text;

  test('is what went wrong, not what fell over behind it', () => {
    assert.equal(
      lastOf(
        'src/main.c:3:10: \u001b[31mfatal error: \u001b[mzlib.h: No such file or directory\ncompilation terminated.\nmake[1]: *** [Makefile:2: main.o] Error 1\nmake: *** [all] Error 2\n',
      ),
      'src/main.c:3:10: fatal error: zlib.h: No such file or directory',
    );
    assert.equal(
      lastOf('error: linker `cc` not found\n\nerror: could not compile `wttr` (bin "wttr") due to 1 previous error\n'),
      'error: linker `cc` not found',
    );
    assert.equal(
      lastOf("/bin/ld: a.o: undefined reference to `f'\ncollect2: error: ld returned 1 exit status\n"),
      "/bin/ld: a.o: undefined reference to `f'",
    );
    assert.equal(lastOf('make: *** [all] Error 2\n'), 'make: *** [all] Error 2');
  });

  test('is told by many programs', () => {
    for (const [line, rank] of [
      ['error[E0433]: failed to resolve: use of undeclared crate', 'cause'],
      ['ld: cannot find -lssl', 'cause'],
      ['build.sh: line 3: pkg-config: command not found', 'cause'],
      ['sh: 1: cmake: not found', 'cause'],
      ["No package 'openssl' found", 'cause'],
      ['Package openssl was not found in the pkg-config search path.', 'cause'],
      ['configure: error: C compiler cannot create executables', 'cause'],
      ['meson.build:4:0: ERROR: Dependency "glib-2.0" not found, tried pkgconfig', 'cause'],
      ["make: *** No rule to make target 'x', needed by 'all'.  Stop.", 'cause'],
      ["thread 'main' panicked at build.rs:3:5:", 'cause'],
      ['Segmentation fault (core dumped)', 'cause'],
      ['cp: error writing x: No space left on device', 'cause'],
      ['fatal: unable to access', 'cause'],
      ['./main.go:5:2: undefined: foo', 'cause'],
      ['FAILED: src/x.o', 'step'],
      ['ninja: build stopped: subcommand failed.', 'step'],
      ["cp: cannot stat 'x': No such file or directory", 'sign'],
      ['3 tests failed', 'sign'],
    ] as const)
      assert.deepEqual([line, factsOf(`${line}\n`).lastError?.rank], [line, rank]);
  });

  test('is not where the word only occurs', () => {
    for (const line of [
      'checking for error.h... no',
      'gcc -Werror -c src/error.c -o error.o',
      '[ 12%] Building C object error.c.o',
      '0 errors, 0 failed',
      'libgpg-error-1.47',
      'foo.c:1:1: warning: unused [-Werror=unused]',
      '-- Looking for strerror_r - not found',
      'patching file src/fail.c',
    ])
      assert.equal(lastOf(`${line}\n`), undefined, line);
  });

  test('of Python is the last line of the traceback, of CMake the line below', () => {
    assert.equal(
      lastOf('Traceback (most recent call last):\n  File "x", line 1\n    raise Odd("error: y")\nmy.Odd: z\n'),
      'my.Odd: z',
    );
    assert.equal(
      lastOf(
        'CMake Error at CMakeLists.txt:3 (find_package):\n\n  By not providing "FindX.cmake"\n\n-- Configuring incomplete, errors occurred!\n',
      ),
      'By not providing "FindX.cmake"',
    );
  });

  test('is sought in the failing phase first', () => {
    const facts = factsOf(`${phase('checkPhase')}error: ignored\n${phase('installPhase')}install failed\n`);
    assert.equal(facts.lastError?.text, 'install failed');
    assert.equal(factsOf(`${phase('a')}error: x\n${phase('b')}`).lastError?.text, 'error: x');
  });

  test('is safe to print, and of bounded length', () => {
    const text = lastOf(`error: \u001b]0;title\u0007\u001b[2J\udbff${'x'.repeat(5000)}\n`) ?? '';
    assert.doesNotMatch(text, /[\u0000-\u001f]/);
    assert.ok(text.length <= 400);
  });

  test('errors without end are counted, and the first and the last are kept', () => {
    const facts = factsOf(Array.from({ length: 5000 }, (_, at) => `error: ${at}\n`).join(''));
    assert.equal(facts.errorCount.cause, 5000);
    assert.equal(facts.errors.length, 1000);
    assert.equal(facts.errors[0]?.text, 'error: 0');
    assert.equal(facts.errors.at(-1)?.line, 5000);
  });

  test('the last line is told, too, in its own characters', () => {
    assert.deepEqual(factsOf('a\ncafé \xff\n\n  \n').lastLine, { line: 2, text: 'café ÿ' });
  });
});
