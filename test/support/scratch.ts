/** Temporary directories of tests: each test makes and removes its own. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A new empty directory that is removed when the test file ends. `mode` 0755 lets the ordinary user in. */
export function scratchDirectory(name: string, mode = 0o755): string {
  const directory = mkdtempSync(join(tmpdir(), `nbs-test-${name}-`));
  chmodSync(directory, mode);
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
