// npm run oracle: records from the installed Nix what a build sees (fixtures/oracle) and what it leaves (fixtures/kept).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';
import { beginRun, endRun } from './test-run.mjs';

if (process.getuid() !== 0) {
  console.error('oracle: only root can read what build users left: sudo npm run oracle');
  process.exit(1);
}
await setup({ tests: true });
spawnSync(process.execPath, [join(root, 'scripts/nix-daemon.mjs')], { stdio: 'inherit' });
const run = beginRun();
const { status } = spawnSync(process.execPath, [join(root, '.build/test/oracle/record.mjs')], {
  stdio: 'inherit',
  env: { ...process.env, NBS_TEST_RUN: run },
});
endRun(run);
process.exit(status ?? 1);
