/**
 * The directory of one test run, shared by its test files: `npm test` makes it, names it in `$NBS_TEST_RUN` and removes it
 * (scripts/test.mjs). A test file that is run alone makes and removes its own.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let own: string | null = null;
const endings: (() => void)[] = [];

/** The run's directory, mode 0755. */
export function runDirectory(): string {
  const shared = process.env['NBS_TEST_RUN'];
  if (shared !== undefined && shared !== '') return shared;
  if (own !== null) return own;
  const directory = mkdtempSync(join(tmpdir(), 'nbs-test-run-'));
  chmodSync(directory, 0o755);
  own = directory;
  process.once('exit', () => {
    for (const ending of endings) ending();
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Whether the run ends with this process: then it cleans up itself. */
function runsAlone(): boolean {
  return process.env['NBS_TEST_RUN'] === undefined || process.env['NBS_TEST_RUN'] === '';
}

/** Calls `ending` when the run of this process alone ends; does nothing in a shared run, which scripts/test.mjs cleans. */
export function whenRunEnds(ending: () => void): void {
  if (runsAlone()) endings.push(ending);
}
