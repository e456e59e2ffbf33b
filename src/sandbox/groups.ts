/** Groups of steps that can be left out by name, for those who ask what makes the difference: `--without NAME`. */
import type { Omission } from './step.ts';

interface Group {
  /** What it does, for `--help` and for the plan. */
  readonly does: string;
  /** What is different without it. */
  readonly without: string;
  /** The Nix function that does it. */
  readonly nix: string;
}

export const GROUPS = {
  seccomp: {
    does: 'refuses set-id modes and extended attributes, typing into the terminal, and signals to your own process group',
    without:
      'no system call filter: set-id modes and extended attributes are not refused, nor, at a terminal, signals to your own process group',
    nix: 'setupSeccomp',
  },
  landlock: {
    does: 'keeps abstract Unix sockets of the machine out of reach',
    without: 'abstract Unix sockets are not restricted by Landlock',
    nix: 'setupLandlock',
  },
  cgroups: {
    does: 'keeps your own cgroup out of reach',
    without: 'cgroup namespaces can be made inside, and your own cgroup be mounted',
    nix: 'prepareUser',
  },
  'no-new-privileges': {
    does: 'keeps set-id programs from gaining privileges',
    without: 'set-id programs keep their meaning',
    nix: 'enterChroot',
  },
  personality: {
    does: 'the 32-bit personality of 32-bit builds, addresses that are not randomised',
    without: 'addresses are randomised, and a 32-bit build sees a 64-bit machine',
    nix: 'setPersonality',
  },
  session: {
    does: 'a session and a process group of its own, where no stream is a terminal',
    without: 'the session and its terminal are yours, also where no stream is one',
    nix: 'commonChildInit',
  },
  capabilities: {
    does: 'gives up all rights over the new namespaces before the command starts',
    without: 'rights over the new namespaces last until the shell is executed, which ends them',
    nix: 'runChild',
  },
  limits: {
    does: 'no core files',
    without: 'the limit of core files is your own',
    nix: 'runChild',
  },
  umask: {
    does: 'the umask 022',
    without: 'the umask is your own',
    nix: 'runChild',
  },
  'sandbox-paths': {
    does: "what the machine's Nix settings show to every build",
    without: "what the machine's Nix settings show to every build is not there (sandbox-paths)",
    nix: 'getPathsInSandbox',
  },
  'store-layer': {
    does: 'lets the outputs be written also where the whole store is shown',
    without: 'where the whole store is shown, nothing in it can be written, nor the outputs ($out)',
    nix: 'setupBuildChroot',
  },
  modes: {
    does: 'the directories that a build cannot write to: /, /bin, /dev, /etc, /nix',
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

/** What differs from Nix for each group that was left out. */
export function leftOut(names: readonly GroupName[]): readonly Omission[] {
  return names.map(name => ({
    what: GROUPS[name].without,
    why: `you asked for it: --without ${name}`,
    nix: GROUPS[name].nix,
  }));
}
