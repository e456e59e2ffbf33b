/** Groups of steps that can be left out by name, for those who ask what makes the difference: `--without NAME`. */
import type { Omission } from './step.ts';

interface Group {
  /** What is different without it. */
  readonly without: string;
  /** The Nix function that does it. */
  readonly nix: string;
}

const GROUPS = {
  seccomp: {
    without:
      'no system call filter: set-id modes, extended attributes, key rings, AF_VSOCK and io_uring are not refused, nor, at a terminal, typing into it and signals to your own process group',
    nix: 'setupSeccomp',
  },
  landlock: {
    without: 'abstract Unix sockets are not restricted by Landlock',
    nix: 'setupLandlock',
  },
  cgroups: {
    without: 'cgroup namespaces can be made inside, and your own cgroup be mounted',
    nix: 'prepareUser',
  },
  'no-new-privileges': {
    without: 'set-id programs keep their meaning',
    nix: 'enterChroot',
  },
  personality: {
    without: 'addresses are randomised, and a 32-bit build sees a 64-bit machine',
    nix: 'setPersonality',
  },
  session: {
    without: 'the session and its terminal are yours, also where no stream is one',
    nix: 'commonChildInit',
  },
  capabilities: {
    without: 'rights over the new namespaces last until the shell is executed, which ends them',
    nix: 'runChild',
  },
  limits: {
    without: 'the limit of core files is your own',
    nix: 'runChild',
  },
  umask: {
    without: 'the umask is your own',
    nix: 'runChild',
  },
  'sandbox-paths': {
    without: "what the machine's Nix settings show to every build is not there (sandbox-paths)",
    nix: 'getPathsInSandbox',
  },
  'store-layer': {
    without: 'where the whole store is shown, nothing in it can be written, nor the outputs ($out)',
    nix: 'setupBuildChroot',
  },
  modes: {
    without: '/, /bin, /dev, /etc and /nix can be written',
    nix: 'setupBuildChroot',
  },
} as const satisfies Readonly<Record<string, Group>>;

export type GroupName = keyof typeof GROUPS;

/** All names, in the order of the help. */
export const GROUP_NAMES = Object.keys(GROUPS) as readonly GroupName[];

/** The word as a group's name; null for any other word. */
export function groupName(word: string): GroupName | null {
  return Object.hasOwn(GROUPS, word) ? (word as GroupName) : null;
}

/** The mode of a directory that a build cannot write to: it is root's there and the caller's here, so the mode says it. */
export function closedMode(without: readonly GroupName[]): number {
  return without.includes('modes') ? 0o755 : 0o555;
}

/** What differs from Nix for each group that was left out. */
export function leftOut(names: readonly GroupName[]): readonly Omission[] {
  return names.map(name => ({
    what: GROUPS[name].without,
    why: `you asked for it: --without ${name}`,
    nix: GROUPS[name].nix,
  }));
}
