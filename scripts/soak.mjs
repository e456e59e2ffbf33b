// npm run soak: what takes too long for every run of the tests. 1,000 starts on each supported Node, as root and as an ordinary user, and
// 200 launchers killed at random moments, and a copy of 100,000 entries. Takes some minutes; run it as root with NBS_TEST_USER (the account of the unprivileged half).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

await setup({ tests: true });
const nodes = spawnSync(process.execPath, [join(root, 'scripts/nodes.mjs')], { stdio: 'inherit' });
if (nodes.status !== 0) process.exit(nodes.status ?? 1);
const { status } = spawnSync(
  process.execPath,
  [join(root, 'scripts/test.mjs'), 'namespaces/starts', 'killed', 'session/copy', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { NBS_STARTS: '1000', NBS_KILLS: '200', NBS_ENTRIES: '100000', ...process.env } },
);
process.exit(status ?? 1);
