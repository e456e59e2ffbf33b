// npm test: its own set-up, then every test with node's runner. `npm test -- PATTERN…` runs the files whose path holds a pattern.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';
import { beginRun, endRun } from './test-run.mjs';

// Fast ones first: pure rooms, then the kernel, then whole programs.
const ORDER = [
  'src/',
  'test/architecture',
  'test/golden',
  'test/abi',
  'test/',
  'test/namespaces',
  'test/oracle',
  'test/e2e',
];
const rank = file => ORDER.reduce((best, prefix, index) => (file.startsWith(prefix) ? Math.max(best, index) : best), 0);

// Half of the tests run as another user, who must be able to read what they make.
process.umask(0o022);
await setup({ tests: true });
const patterns = process.argv.slice(2).filter(word => !word.startsWith('--'));
const flags = process.argv.slice(2).filter(word => word.startsWith('--'));
const files = readdirSync(join(root, '.build'), { recursive: true })
  .filter(file => file.endsWith('.test.mjs'))
  .filter(file => patterns.length === 0 || patterns.some(pattern => file.includes(pattern)))
  .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
  .map(file => join('.build', file));
if (files.length === 0) {
  console.error(`no test file matches ${patterns.join(' ')}`);
  process.exit(2);
}
const run = beginRun();
// Ctrl-C reaches the tests by itself; we stay to clean up after them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
const { status } = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-reporter=spec', ...flags, ...files],
  { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1', NBS_TEST_RUN: run } },
);
endRun(run);
process.exit(status ?? 1);
