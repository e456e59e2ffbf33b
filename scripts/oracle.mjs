// npm run oracle: records from real Nix what a build sees (fixtures/oracle) and what it leaves (fixtures/kept).
//   node scripts/oracle.mjs                        the installed Nix
//   node scripts/oracle.mjs --suite trixie|sid     the Nix of another Debian, in a root of its own
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { debianRoot, SUITES } from './debian-root.mjs';
import { root, setup } from './setup.mjs';
import { beginRun, endRun } from './test-run.mjs';

function stop(why) {
  console.error(`oracle: ${why}`);
  process.exit(1);
}

/** The arguments of record.ts: none, or the root with another Nix. */
function where(suite) {
  if (suite === undefined) {
    spawnSync(process.execPath, [join(root, 'scripts/nix-daemon.mjs')], { stdio: 'inherit' });
    return [];
  }
  try {
    return [debianRoot(suite)];
  } catch (error) {
    return stop(error.message);
  }
}

const { suite } = parseArgs({ options: { suite: { type: 'string' } } }).values;
if (suite !== undefined && !Object.hasOwn(SUITES, suite))
  stop(`no suite ${suite}: there are ${Object.keys(SUITES).join(' and ')}`);
if (process.getuid() !== 0) stop('only root can read what build users left: sudo npm run oracle');
await setup({ tests: true });
const args = where(suite);
const run = beginRun();
const { status } = spawnSync(process.execPath, [join(root, '.build/test/oracle/record.mjs'), ...args], {
  stdio: 'inherit',
  env: { ...process.env, NBS_TEST_RUN: run },
});
endRun(run);
process.exit(status ?? 1);
