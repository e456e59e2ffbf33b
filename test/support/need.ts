/**
 * What a test needs of the machine, asked by name. A test that cannot run says which fact is missing; where CI promised the
 * fact (`NBS_MUST_RUN`, set by .ci/run), a skip is a failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { nodeOf, type SupportedNode } from './nodes.ts';

/** The ordinary user that the unprivileged half of the tests runs as. */
export interface TestUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

const USER = process.env['NBS_TEST_USER'] ?? 'nbs-tester';

/** The ordinary user: ourselves where we are not root, else the account `nbs-tester` (or `$NBS_TEST_USER`); null where there is none. */
export function ordinaryUser(): TestUser | null {
  const own = process.getuid?.() ?? 0;
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name = '', , uid = '', gid = '', , home = '/'] = line.split(':');
    if (own === 0 ? name === USER : Number(uid) === own && uid !== '')
      return { name, uid: Number(uid), gid: Number(gid), home };
  }
  return null;
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Those on which tests are likely to run; all have it since Linux 6.3 (mount_setattr(2)). */
function mapsIds(directory: string): boolean {
  const { stdout } = spawnSync('stat', ['-f', '-c', '%T', directory]);
  return ['ext2/ext3', 'xfs', 'btrfs', 'tmpfs', 'f2fs'].includes(stdout.toString().trim());
}

function nodeFact(major: SupportedNode): { why: string; met: () => boolean } {
  return { why: `no Node ${major} (node scripts/nodes.mjs)`, met: () => nodeOf(major) !== null };
}

const FACTS = {
  root: { why: 'not root', met: () => process.getuid?.() === 0 },
  user: { why: `no ordinary user (useradd -m ${USER})`, met: () => ordinaryUser() !== null },
  nix: {
    why: 'no nix-build here (apt-get install nix-bin nix-setup-systemd)',
    met: () => works('nix-build', ['--version']),
  },
  'nix-daemon': {
    why: 'no nix-daemon answers',
    met: () => works('nix', ['--extra-experimental-features', 'nix-command', 'store', 'ping', '--store', 'daemon']),
  },
  'static-bash': {
    why: 'no /bin/bash-static (apt-get install bash-static)',
    met: () => existsSync('/bin/bash-static'),
  },
  'static-busybox': {
    why: 'no static busybox (apt-get install busybox-static)',
    met: () => existsSync('/bin/busybox'),
  },
  'user-namespaces': { why: 'user namespaces are refused here', met: () => works('unshare', ['--user', 'true']) },
  'id-mapped-mounts': {
    why: `no mounts of root's here, or the file system of ${tmpdir()} is none of those with id-mapped mounts`,
    met: () => works('unshare', ['--mount', 'true']) && mapsIds(tmpdir()),
  },
  cc: { why: 'no C compiler', met: () => works('cc', ['--version']) },
  'qemu-aarch64': {
    why: 'no qemu-aarch64-static (apt-get install qemu-user-static)',
    met: () => works('qemu-aarch64-static', ['--version']),
  },
  'aarch64-assembler': {
    why: 'no aarch64-linux-gnu-as (apt-get install binutils-aarch64-linux-gnu)',
    met: () => works('aarch64-linux-gnu-as', ['--version']),
  },
  bwrap: { why: 'no bwrap (apt-get install bubblewrap)', met: () => works('bwrap', ['--version']) },
  bzip2: { why: 'no bzip2', met: () => works('bzip2', ['--version']) },
  script: { why: 'no script (apt-get install bsdutils)', met: () => works('script', ['--version']) },
  zstd: { why: 'no zstd', met: () => works('zstd', ['--version']) },
  sudo: { why: 'no sudo', met: () => works('sudo', ['--version']) },
  tmux: { why: 'no tmux', met: () => works('tmux', ['-V']) },
  'node-20': nodeFact(20),
  'node-22': nodeFact(22),
  'node-24': nodeFact(24),
  'node-26': nodeFact(26),
} as const satisfies Record<string, { why: string; met: () => boolean }>;

export type Fact = keyof typeof FACTS;
const known = new Map<Fact, boolean>();

/** Facts that must be there, `NBS_MUST_RUN=nix,root,user`. */
const promised = new Set((process.env['NBS_MUST_RUN'] ?? '').split(',').filter(word => word !== ''));

/**
 * For `test(name, { skip: missing('nix', 'root') }, …)`: false where all facts hold, else the reason.
 * @throws Error where the missing fact was promised by CI
 */
export function missing(...facts: readonly Fact[]): string | false {
  for (const fact of facts) {
    if (!known.has(fact)) known.set(fact, FACTS[fact].met());
    if (known.get(fact) === true) continue;
    if (promised.has(fact) || promised.has('all'))
      throw new Error(`this machine must have '${fact}': ${FACTS[fact].why}`);
    return FACTS[fact].why;
  }
  return false;
}
