/** The start on a big tree of one's own against the start on a small one: the overlay copies nothing. */
import { dirname, join } from 'node:path';
import { programFor } from '../test/support/program.ts';
import { scratchDirectory } from '../test/support/scratch.ts';
import { smallBuild } from '../test/support/small-build.ts';
import { smallFiles } from './copy.ts';
import { interleaved, median, type Row } from './row.ts';
import { must } from './start.ts';

const FILES = 200_000;
const ROUNDS = 15;
const BAR_MS = 100;

export function measureBigTree(): readonly Row[] {
  const [big, small] = [smallBuild(), smallBuild()];
  smallFiles(join(big.directory, 'source/tree'), FILES);
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: process.env['HOME'] ?? '/root',
    NIX_BUILD_SHELL_SESSIONS: scratchDirectory('sessions', 0o700),
  };
  const enter = (directory: string): void =>
    must([programFor(null), '--store', small.store, '--copy=overlay', directory, 'true'], env);
  const times = interleaved(ROUNDS, { big: () => enter(big.directory), small: () => enter(small.directory) });
  const [more, less] = [median(times.big), median(times.small)];
  const note = `${more.toFixed(1)} ms against ${less.toFixed(1)} ms, ${ROUNDS} runs`;
  return [{ name: `start: ${FILES} files more`, value: more - less, unit: 'ms', bar: BAR_MS, note }];
}
