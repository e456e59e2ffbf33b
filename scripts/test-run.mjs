// The directory of one test run (test/support/run-directory.ts), and what is cleaned up when it ends.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes the directory. Everybody may look into it: half of the tests run as the ordinary user. */
export function beginRun() {
  const directory = mkdtempSync(join(tmpdir(), 'nbs-test-run-'));
  chmodSync(directory, 0o755);
  return directory;
}

/** The build directories that real Nix kept for this run (test/support/kept.ts records them). */
function keptDirectories(run) {
  const records = join(run, 'kept');
  if (!existsSync(records)) return [];
  return readdirSync(records)
    .filter(name => name.endsWith('.json'))
    .map(name => JSON.parse(readFileSync(join(records, name), 'utf8')).path);
}

/** Removes the directory and the kept builds that it names. */
export function endRun(run) {
  for (const path of keptDirectories(run)) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      console.error(`tests: ${path} belongs to a build user, and only root can remove it`);
    }
  }
  // A store's directories are read-only, also for their owner.
  spawnSync('chmod', ['-R', 'u+rwX', run], { stdio: 'ignore' });
  rmSync(run, { recursive: true, force: true });
}
