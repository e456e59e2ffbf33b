// npm run casts [-- NAME…]: records real programs for fixtures/terminal. As root, on a machine that has them all.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

if (process.getuid() !== 0) {
  console.error('casts: only root can give the programs a machine of their own: sudo npm run casts');
  process.exit(1);
}
await setup({ tests: true });
// Other processes, the host's name and its files are no part of a recording.
const inside = 'hostname build && mount -t tmpfs none /mnt && cd /mnt && exec "$@"';
const program = [process.execPath, join(root, '.build/test/terminal/record.mjs'), ...process.argv.slice(2)];
const { status } = spawnSync(
  'unshare',
  [
    '--mount',
    '--propagation',
    'private',
    '--uts',
    '--pid',
    '--fork',
    '--mount-proc',
    'sh',
    '-c',
    inside,
    'sh',
    ...program,
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
