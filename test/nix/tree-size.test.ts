import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hostPath } from '../../src/base/path.ts';
import { type TreeSize, treeSize } from '../../src/nix/tree-size.ts';
import { longestHold } from '../support/logs.ts';
import { isQuick } from '../support/quick.ts';
import { scratchDirectory } from '../support/scratch.ts';

describe('the size of a kept directory', () => {
  test('counts files, directories and bytes; links are not followed, hard links count once', async () => {
    const at = scratchDirectory('size');
    mkdirSync(join(at, 'a/b'), { recursive: true });
    writeFileSync(join(at, 'a/b/x'), Buffer.alloc(10_000));
    linkSync(join(at, 'a/b/x'), join(at, 'a/y'));
    symlinkSync('/usr', join(at, 'usr'));
    symlinkSync('.', join(at, 'loop'));
    writeFileSync(Buffer.concat([Buffer.from(`${at}/`), Buffer.of(0xff, 10)]), 'odd');
    writeFileSync(join(at, 'sparse'), '');
    truncateSync(join(at, 'sparse'), 50_000_000);
    execFileSync('mkfifo', [join(at, 'fifo')]);
    const size = await treeSize(hostPath(at));
    assert.deepEqual(
      { files: size.files, directories: size.directories, sizeBytes: size.sizeBytes, closed: size.closed },
      { files: 7, directories: 2, sizeBytes: 2 * 10_000 + 3 + 50_000_000, closed: 0 },
    );
    const [du = ''] = execFileSync('du', ['-s', '-B1', at], { encoding: 'utf8' }).split('\t');
    const [own = ''] = execFileSync('du', ['-s', '-S', '-B1', '--exclude=*/?*', at], { encoding: 'utf8' }).split('\t');
    assert.ok(Math.abs(size.diskBytes - Number(du)) <= Number(own) + 4096, `${size.diskBytes} and du ${du}`);
  });

  test('a directory that is gone is empty', async () => {
    const size = await treeSize(hostPath(`${scratchDirectory('gone')}/x`));
    assert.deepEqual(size, { diskBytes: 0, sizeBytes: 0, files: 0, directories: 0, closed: 1 });
  });

  test('can be given up, tells how far it is, and does not hold the event loop', async () => {
    const at = scratchDirectory('many');
    execFileSync('bash', [
      '-c',
      'cd "$1"; mkdir {1..40}; for d in *; do (cd $d; : >f; printf "%s\\n" f{1..100} | xargs touch); done',
      '-',
      at,
    ]);
    await isQuick(25, () =>
      longestHold(async () => {
        const told: TreeSize[] = [];
        const counted = await treeSize(hostPath(at), { onProgress: soFar => told.push(soFar) });
        assert.equal(counted.files, 40 * 101);
        assert.ok(told.every(({ files }, i) => files >= (told[i - 1]?.files ?? 0)));
      }),
    );
    await assert.rejects(treeSize(hostPath(at), { signal: AbortSignal.abort() }), { name: 'GivenUp' });
  });
});
