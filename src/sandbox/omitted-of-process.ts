/** What the process that runs inside is, or may do, otherwise than a build of Nix: its user, its streams, its limits, its filter. */
import type { PlanInput } from './plan-input.ts';
import { sharesGroup } from './start.ts';
import type { Omission } from './step.ts';

const GROUPS: Omission = {
  what: 'your supplementary groups stay, shown as nogroup',
  why: 'setgroups(2) is refused in a user namespace that an ordinary user made',
  nix: 'startChild',
};
const KEY_RINGS: Omission = {
  what: "the kernel's key rings are not there (ENOSYS)",
  why: 'they have no namespaces: those of the same user would be within reach, and that is you, not a build user',
  nix: 'setupSeccomp',
};
const TYPING: Omission = {
  what: 'typing into a terminal is refused (TIOCSTI, TIOCLINUX)',
  why: 'your own may be within reach; a build has none',
  nix: 'setupSeccomp',
};
const LIMITS: Omission = {
  what: 'the limits (ulimit), the priority and the processors are yours, but for the size of core files',
  why: 'a build has those of the Nix daemon; where yours are lower, they can hardly be raised',
  nix: 'restoreProcessContext',
};
const NO_CGROUPS: Omission = {
  what: 'no cgroup of its own, and no cgroup namespaces',
  why: 'making one needs privileges; in a namespace, your own could be mounted and changed',
  nix: 'prepareUser',
};
const NO_CGROUP: Omission = { what: 'no cgroup of its own', why: 'making one needs privileges', nix: 'prepareUser' };

/** What the kernel has by user, where a build is another user. */
export function ofUser({ facts, options: { without } }: PlanInput): readonly Omission[] {
  return [
    ...(facts.groups === 'stay' ? [GROUPS] : []),
    LIMITS,
    ...(without.includes('seccomp') ? [] : [KEY_RINGS, TYPING]),
    without.includes('cgroups') ? NO_CGROUP : NO_CGROUPS,
  ];
}

/** The standard streams, and the process group that may be theirs. */
export function ofStreams(input: PlanInput): readonly Omission[] {
  const why = 'input and output are those of the command (S2)';
  const nix = 'commonChildInit';
  const yours = input.facts.terminal
    ? 'stdin is yours, and so is the terminal; a build has /dev/null and no terminal'
    : "stdin, stdout and stderr are yours; a build has /dev/null and Nix' own pty";
  const group: Omission = {
    what: "a signal to the command's own process group is refused (kill 0)",
    why: `${input.facts.terminal ? 'job control' : 'without a session of its own'}: the group is that of your shell, and has processes of yours`,
    nix,
  };
  const refused = sharesGroup(input) && !input.options.without.includes('seccomp');
  return [{ what: yours, why, nix }, ...(refused ? [group] : [])];
}

const FCHMODAT2: Omission = {
  what: 'fchmodat2 with a set-id mode is refused, which Nix before 2.18.3 let through',
  why: 'older and newer ones leave directories of this form; it got through by accident',
  nix: 'setupSeccomp',
};

/** Where there is no filter at all, the group's own words say it. */
export function ofFilter({ build, options }: PlanInput): readonly Omission[] {
  if (build.system === 'guix' || options.without.includes('seccomp')) return [];
  const nix = 'setupSeccomp';
  if (build.system === 'lix')
    return [
      {
        what: 'system calls that Lix does not know are not refused',
        why: "Lix allows what is on a list and answers ENOSYS to the rest; here only what it has in common with Nix' filter is refused",
        nix,
      },
    ];
  if (build.layout !== 'flat')
    return [
      {
        what: 'listing extended attributes is not refused',
        why: 'Nix 2.35 and later do, and older ones leave directories of this form',
        nix,
      },
    ];
  return [
    {
      what: 'reading extended attributes is not refused',
      why: 'Nix 2.24 and later do, and older ones leave directories of this form',
      nix,
    },
    FCHMODAT2,
  ];
}

/** What is different where root is the caller. */
export function ofCaller({ facts }: PlanInput): readonly Omission[] {
  if (facts.uid !== 0) return [];
  return [
    {
      what: '/proc and the device nodes are read-only, and what only root may read in /proc is empty',
      why: "you are root: the machine's own settings would be within reach, and a build runs as an ordinary user",
      nix: 'enterChroot',
    },
    {
      what: "the machine's files belong to you, as you are root",
      why: 'S6 maps your own id to 1000; those of an ordinary user see them as belonging to nobody, as builds do',
      nix: 'startChild',
    },
  ];
}
