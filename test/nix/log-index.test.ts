import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sgrOnly } from '../../src/nix/log/ansi.ts';
import type { LogBytes } from '../../src/nix/log/bytes.ts';
import { type LogIndex, openLogIndex } from '../../src/nix/log/log-index.ts';
import { readLogSummary } from '../../src/nix/log/summary.ts';
import { bzip2, compilerText, logOf } from '../support/logs.ts';
import { missing } from '../support/need.ts';
import { scratchDirectory } from '../support/scratch.ts';

const PHASES = ['unpackPhase', 'configurePhase', 'buildPhase'];

/** A log of three phases with the text in each, and an error at its end. */
function buildText(bytesEach: number): string {
  const phases = PHASES.map(
    (name, at) =>
      `Running phase: ${name}\n@nix { "action": "setPhase", "phase": "${name}" }\n${compilerText(bytesEach, at + 1)}`,
  );
  return `${phases.join('')}src/a.c:1:1: error: no type named 'x'\nmake: *** [Makefile:1: all] Error 2\n`;
}

async function withIndex(log: LogBytes, work: (index: LogIndex) => Promise<void>): Promise<void> {
  const index = openLogIndex(log);
  try {
    await work(index);
  } finally {
    await index.close();
  }
}

const TEXT = buildText(120_000);
const LINES = TEXT.split('\n').slice(0, -1);

function each(check: (index: LogIndex) => Promise<void>): () => Promise<void> {
  return async () => {
    const at = scratchDirectory('index');
    const bytes = Buffer.from(TEXT);
    await withIndex(logOf(at, 'none', bytes), check);
    await withIndex(logOf(at, 'bz2', bzip2(bytes, 1), 'bz2'), check);
    await withIndex(logOf(at, 'gz', gzipSync(bytes), 'gzip'), check);
  };
}

describe('a log to look around in', { skip: missing('bzip2') }, () => {
  test(
    'knows its phases and errors when it was read once',
    each(async index => {
      await index.ready;
      const { complete, facts, problems } = index.state();
      assert.deepEqual([complete, problems, facts.lineCount, facts.byteCount], [true, [], LINES.length, TEXT.length]);
      assert.deepEqual(
        facts.phases.map(({ name }) => name),
        PHASES,
      );
      for (const { name, startLine } of facts.phases) assert.equal(LINES[startLine - 1], `Running phase: ${name}`);
      assert.equal(facts.lastError?.text, "src/a.c:1:1: error: no type named 'x'");
      assert.equal(facts.lastError.line, LINES.length - 1);
    }),
  );

  test(
    'gives any lines again, in any order',
    each(async index => {
      for (const from of [LINES.length - 30, 1, 3000, 2990, 777, 2000, LINES.length, 2])
        assert.deepEqual(
          await index.lines(from, 60),
          LINES.slice(from - 1, from + 59).map((text, at) => ({ number: from + at, text })),
          `from ${from}`,
        );
      assert.deepEqual(await index.lines(LINES.length + 1, 10), []);
      assert.equal((await index.lines(1, 1e9)).length, Math.min(LINES.length, 5000));
    }),
  );

  test(
    'finds text forwards and backwards',
    each(async index => {
      await index.ready;
      const next = (text: string, from: number): number | null => {
        const at = LINES.slice(from - 1).findIndex(line => line.includes(text));
        return at < 0 ? null : from + at;
      };
      const before = (text: string, from: number): number | null => {
        const at = LINES.slice(0, from).findLastIndex(line => line.includes(text));
        return at < 0 ? null : at + 1;
      };
      for (const text of ['[1234]', 'Running phase: b', 'Error 2', 'nowhere at all'])
        for (const from of [1, 1500, LINES.length]) {
          assert.equal(await index.search(text, from, 'forward'), next(text, from), `${text} from ${from}`);
          assert.equal(await index.search(text, from, 'backward'), before(text, from), `${text} back from ${from}`);
        }
      assert.equal(
        await index.search('running phase: b', 1, 'forward'),
        next('Running phase: b', 1),
        'small letters find capitals',
      );
      assert.equal(await index.search('RUNNING', 1, 'forward'), null);
    }),
  );

  test('can be closed while it is read, and while it is searched', async () => {
    const index = openLogIndex(logOf(scratchDirectory('close'), 'x', bzip2(Buffer.from(TEXT), 1), 'bz2'));
    await index.lines(1, 10);
    const search = index.search('nowhere', 1, 'forward');
    const closed = index.close();
    await assert.rejects(search, { name: 'GivenUp' });
    await closed;
  });

  test('says how far it is', async () => {
    const index = openLogIndex(logOf(scratchDirectory('progress'), 'x', Buffer.from(TEXT)));
    let told = 0;
    index.onProgress(() => (told += 1));
    assert.equal(index.state().complete, false);
    await index.ready;
    assert.ok(told > 0 && index.state().complete);
    await index.close();
  });
});

describe('a hostile log', () => {
  test('of escapes, NULs, broken JSON and one line of 100 MB', async () => {
    const at = scratchDirectory('hostile');
    const hundred = Buffer.alloc(100_000_000, 0x1b);
    const evil = Buffer.concat([
      Buffer.from('\u001b]52;c;x\u0007\0\n@nix {"action":\n'),
      hundred,
      Buffer.from('\nerror: last\n'),
    ]);
    for (const [compression, bytes] of [
      ['none', evil],
      ['bz2', bzip2(evil)],
    ] as const)
      await withIndex(logOf(at, compression, bytes, compression), async index => {
        await index.ready;
        const lines = await index.lines(1, 10);
        assert.deepEqual(
          lines.map(({ text }) => text.length < 70_000),
          [true, true, true, true],
        );
        assert.equal(sgrOnly(lines[0]?.text ?? ''), '\\e]52;c;x\\x07\\x00');
        assert.match(lines[2]?.text ?? '', /\[…99934464 bytes more\]$/);
        assert.equal(index.state().facts.lastError?.text, 'error: last');
      });
  });

  test('of nothing but line ends has all of its lines', async () => {
    await withIndex(logOf(scratchDirectory('empty'), 'x', Buffer.alloc(3_000_000, 10)), async index => {
      await index.ready;
      assert.equal(index.state().facts.lineCount, 3_000_000);
      assert.deepEqual(await index.lines(2_999_999, 5), [
        { number: 2_999_999, text: '' },
        { number: 3_000_000, text: '' },
      ]);
    });
  });
});

describe('the summary of a log', { skip: missing('bzip2') }, () => {
  test('is the same from the end of a log as from all of it', async () => {
    const at = scratchDirectory('summary');
    const long = Buffer.from(buildText(1_500_000));
    for (const [compression, bytes] of [
      ['none', long],
      ['bz2', bzip2(long)],
      ['gzip', gzipSync(long)],
    ] as const) {
      const log = logOf(at, compression, bytes, compression);
      log.close();
      const summary = await readLogSummary(log);
      assert.ok(summary.ok);
      const { failingPhase, lastError, lastLine, problems } = summary.value;
      assert.deepEqual(
        { failingPhase, lastError, lastLine, problems },
        {
          failingPhase: 'buildPhase',
          lastError: "src/a.c:1:1: error: no type named 'x'",
          lastLine: 'make: *** [Makefile:1: all] Error 2',
          problems: [],
        },
        compression,
      );
      assert.equal(summary.value.whole === null, compression !== 'gzip', compression);
    }
  });

  test('of a short log has all of its facts', async () => {
    const log = logOf(scratchDirectory('summary'), 'x', Buffer.from('error: x\n'));
    log.close();
    const summary = await readLogSummary(log);
    assert.ok(summary.ok);
    assert.equal(summary.value.whole?.lineCount, 1);
    assert.equal(summary.value.failingPhase, null);
  });

  test('is given when the time is up, with what is known', async () => {
    const log = logOf(scratchDirectory('budget'), 'x', gzipSync(buildText(2_000_000)), 'gzip');
    log.close();
    const summary = await readLogSummary(log, { budgetMs: 0 });
    assert.ok(summary.ok);
    assert.deepEqual([summary.value.failingPhase, summary.value.lastError, summary.value.whole], [null, null, null]);
  });

  test('holds what the last lines tell, however little time there is', async () => {
    const log = logOf(scratchDirectory('budget'), 'x', Buffer.from(`${buildText(2_000_000)}error: at the end\n`));
    log.close();
    const summary = await readLogSummary(log, { budgetMs: 0 });
    assert.ok(summary.ok);
    assert.equal(summary.value.lastError, 'error: at the end');
  });

  test('of a log that is gone is a failure', async () => {
    const log = logOf(scratchDirectory('gone'), 'x', Buffer.from(''));
    log.close();
    const path = join(`${log.path}.gone`) as typeof log.path;
    const summary = await readLogSummary({ path, compression: 'none' });
    assert.ok(!summary.ok && summary.failure.errno === 'ENOENT');
  });
});
