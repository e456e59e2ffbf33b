// Starts the machine's nix-daemon where no systemd does it, and waits until it answers. As root; does nothing twice.
//   node scripts/nix-daemon.mjs
import { spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';

const LOG = '/var/log/nix-daemon-by-hand.log';
const PING = ['--extra-experimental-features', 'nix-command', 'store', 'ping', '--store', 'daemon'];
const answers = () => spawnSync('nix', PING, { stdio: 'ignore' }).status === 0;

function fail(why) {
  console.error(`nix-daemon: ${why}`);
  process.exit(1);
}

/** The program, which Debian's nix-bin and upstream's installer put on PATH or in /usr/bin. */
function start() {
  const log = openSync(LOG, 'a', 0o600);
  const daemon = spawn('nix-daemon', ['--daemon'], { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  daemon.on('error', error => fail(`cannot start: ${error.message} (apt-get install nix-bin nix-setup-systemd)`));
  daemon.unref();
  return daemon;
}

if (spawnSync('nix', ['--version'], { stdio: 'ignore' }).status !== 0)
  fail('nix is not installed (apt-get install nix-bin nix-setup-systemd)');
if (answers()) {
  console.error('nix-daemon: answers already');
} else {
  if (process.getuid() !== 0) fail('only root can start it');
  const daemon = start();
  const deadline = Date.now() + 120_000;
  while (!answers()) {
    if (daemon.exitCode !== null || Date.now() > deadline)
      fail(`does not answer:\n${readFileSync(LOG, 'utf8').slice(-2000)}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  console.error(`nix-daemon: started, pid ${daemon.pid}, log ${LOG}`);
}
