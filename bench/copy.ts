/** The working copy against cp -a: many small files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostPath } from '../src/base/path.ts';
import { copyTree } from '../src/session/copy.ts';
import { scratchDirectory } from '../test/support/scratch.ts';
import { type Row, ratio } from './row.ts';

const FILES = 100_000;
const PER_DIRECTORY = 100;
const ROUNDS = 3;
/** At least 1.3 times as fast. */
const BAR = 1 / 1.3;

/** A tree of so many small files, a hundred a directory. */
export function smallFiles(tree: string, count: number): string {
  for (let made = 0; made < count; made += 1) {
    const below = join(tree, String(Math.floor(made / PER_DIRECTORY)));
    if (made % PER_DIRECTORY === 0) mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `file-${made}.c`), `/* ${made} */\n`.repeat(1 + (made % 200)));
  }
  return tree;
}

export function measureCopy(): readonly Row[] {
  const directory = scratchDirectory('bench-copy');
  const tree = smallFiles(join(directory, 'tree'), FILES);
  const times = { ours: [] as number[], cp: [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const who of ['ours', 'cp'] as const) {
      const to = join(directory, who);
      const start = performance.now();
      if (who === 'cp') spawnSync('cp', ['-a', tree, to], { stdio: 'inherit' });
      else {
        const copied = copyTree(hostPath(tree), hostPath(to));
        if (!copied.ok) throw new Error(JSON.stringify(copied.failure));
      }
      if (round > 0) times[who].push(performance.now() - start);
      rmSync(to, { recursive: true });
    }
  return [ratio(`copy: ${FILES} small files against cp -a`, times.ours, times.cp, BAR)];
}
