/** Temporary directories of tests: each test makes and removes its own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A new empty directory that is removed when the test file ends. `mode` 0755 lets the ordinary user in. */
export function scratchDirectory(name: string, mode = 0o755): string {
  const directory = mkdtempSync(join(tmpdir(), `nbs-test-${name}-`));
  chmodSync(directory, mode);
  after(() => removeScratch(directory));
  return directory;
}

/** For root, modes do not matter; others must first open what a test has closed. */
function removeScratch(directory: string): void {
  if (process.getuid?.() !== 0) execFileSync('chmod', ['-R', 'u+rwX', directory]);
  // A program that was just ended (tmux) may still be leaving its own files there.
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
