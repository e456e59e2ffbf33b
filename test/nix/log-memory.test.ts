/** A log of 200 MB, in a process of its own, so that what is measured is its memory alone. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hostPath } from '../../src/base/path.ts';
import type { LogCompression } from '../../src/nix/find-log.ts';
import { openLog } from '../../src/nix/log/bytes.ts';
import { openLogIndex } from '../../src/nix/log/log-index.ts';
import { compilerText, longestHold, repeated } from '../support/logs.ts';
import { missing } from '../support/need.ts';
import { isQuick } from '../support/quick.ts';
import { scratchDirectory } from '../support/scratch.ts';

interface Measured {
  readonly rssBytes: number;
  readonly heldMs: number;
  readonly lineCount: number;
  readonly last: string;
}

/** In the child: reads all of the log, then looks around in it. */
async function measure(path: string, compression: LogCompression): Promise<Measured> {
  const log = openLog({ path: hostPath(path), compression });
  if (!log.ok) throw new Error(JSON.stringify(log.failure));
  const index = openLogIndex(log.value);
  let last = '';
  const heldMs = await longestHold(async () => {
    await index.ready;
    const { lineCount } = index.state().facts;
    for (let at = 1; at <= lineCount; at += Math.ceil(lineCount / 20)) await index.lines(at, 200);
    last = (await index.lines(lineCount, 1))[0]?.text ?? '';
    await index.search('nowhere', Math.max(1, lineCount - 100_000), 'forward');
  });
  const { lineCount } = index.state().facts;
  await index.close();
  return { rssBytes: process.resourceUsage().maxRSS * 1024, heldMs, lineCount, last };
}

const [, , role, path, compression] = process.argv;
if (role === 'measure' && path !== undefined) {
  process.stdout.write(JSON.stringify(await measure(path, compression as LogCompression)));
  process.exit(0);
}

function inChild(log: string, packed: LogCompression): Measured {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'measure', log, packed], {
    encoding: 'utf8',
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  assert.equal(child.status, 0, child.stderr);
  return JSON.parse(child.stdout) as Measured;
}

describe('a log of 200 MB', { skip: missing('bzip2') }, () => {
  const text = `${compilerText(990_000)}error: near the end\n`;

  test('takes no more memory than one of a hundredth, by more than the caches, and holds the event loop for moments', async () => {
    const at = scratchDirectory('memory');
    const small = join(at, 'small');
    repeated(small, text, 2);
    const large = join(at, 'large');
    repeated(large, text, 200);
    await check(
      '200 MB',
      () => inChild(small, 'none'),
      () => inChild(large, 'none'),
      100,
    );
    rmSync(large);
  });

  test('packed by bzip2, likewise: here of 20 MB, as unpacking takes its time', async () => {
    const at = scratchDirectory('memory');
    const packed = (times: number): (() => Measured) => {
      const path = join(at, String(times));
      repeated(path, text, times);
      execFileSync('bzip2', [path]);
      return () => inChild(`${path}.bz2`, 'bz2');
    };
    await check('20 MB packed', packed(1), packed(20), 20);
  });
});

function check(what: string, measureFew: () => Measured, measureMany: () => Measured, times: number): Promise<void> {
  return isQuick(25, () => {
    const [few, many] = [measureFew(), measureMany()];
    const grown = (many.rssBytes - few.rssBytes) / 1e6;
    const said = `${what}: ${Math.round(many.rssBytes / 1e6)} MB, ${Math.round(grown)} MB more; held ${Math.round(many.heldMs)} ms`;
    console.log(said);
    assert.equal(many.lineCount, times * few.lineCount);
    assert.equal(many.last, 'error: near the end');
    // What the caches of lines hold, and what lies about until garbage is collected.
    assert.ok(grown < 60, said);
    return many.heldMs;
  });
}
