/** What real Nix does and this sandbox does not, each with the reason: half of what a plan is for. */

import { storePath } from '../base/path.ts';
import { omittedByRung, omittedName } from './build-directory.ts';
import { leftOut } from './groups.ts';
import type { PlanInput } from './plan-input.ts';
import type { Omission } from './step.ts';
import { omittedOfStore } from './store.ts';

/** The differences that hold for this build, in the order in which Nix would do them. */
export function omissions(input: PlanInput): readonly Omission[] {
  return [
    ...omittedOfStore(input),
    ...ALWAYS,
    ofShell(input),
    NOT_FIRST,
    ...ofUser(input),
    ...ofStreams(input),
    ...omittedByRung(input),
    ...omittedName(input),
    ...ofBuild(input),
    ...ofDerivation(input),
    ...ofSettings(input),
    ...ofFilter(input),
    ...ofCaller(input),
    ...ofOptions(input),
  ];
}

const ALWAYS: readonly Omission[] = [
  {
    what: 'what the sandbox itself makes belongs to you, not to root',
    why: 'files of another owner cannot be made without privileges; their modes keep a build from writing what it could not write',
    nix: 'setupBuildChroot',
  },
  {
    what: 'the root directory is a tmpfs, not a directory of the disk',
    why: 'nothing of it is left behind, however the sandbox ends',
    nix: 'setupBuildChroot',
  },
  {
    what: '/dev/ptmx is a device, not a link to one',
    why: 'S14; it is that of the private devpts, which the link leads to in a build',
    nix: 'enterChroot',
  },
];

const NOT_FIRST: Omission = {
  what: 'the command is not process 1, and cannot look into it (/proc/1/root, /proc/1/fd)',
  why: 'process 1 ignores signals that it does not handle; a build is process 1 and lives with that',
  nix: 'startChild',
};

function ofShell({ options }: PlanInput): Omission {
  const nix = 'getPathsInSandbox';
  return options.shell === null
    ? {
        what: "there is no /bin/sh, where a build has the one that Nix' settings name",
        why: 'S16; it has no shell',
        nix,
      }
    : { what: "/bin/sh is the build's own shell, not the one that Nix' settings name", why: 'S16', nix };
}

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
const NO_CGROUPS: Omission = {
  what: 'no cgroup of its own, and no cgroup namespaces',
  why: 'making one needs privileges; in a namespace, your own could be mounted and changed',
  nix: 'prepareUser',
};
const NO_CGROUP: Omission = { what: 'no cgroup of its own', why: 'making one needs privileges', nix: 'prepareUser' };

/** What the kernel has by user, where a build is another user. */
function ofUser({ facts, options: { without } }: PlanInput): readonly Omission[] {
  return [
    ...(facts.groups === 'stay' ? [GROUPS] : []),
    ...(without.includes('seccomp') ? [] : [KEY_RINGS]),
    without.includes('cgroups') ? NO_CGROUP : NO_CGROUPS,
  ];
}

function ofStreams({ facts, options }: PlanInput): readonly Omission[] {
  const why = 'input and output are those of the command (S2)';
  const nix = 'commonChildInit';
  if (!facts.terminal)
    return [{ what: "stdin, stdout and stderr are yours; a build has /dev/null and Nix' own pty", why, nix }];
  const yours = { what: 'stdin is yours, and so is the terminal; a build has /dev/null and no terminal', why, nix };
  if (options.command === null || options.without.includes('seccomp')) return [yours];
  return [
    yours,
    {
      what: "a signal to the command's own process group is refused (kill 0)",
      why: 'job control: the group is that of your shell, and has processes of yours',
      nix,
    },
  ];
}

const WITH_NETWORK: readonly Omission[] = [
  {
    what: "the machine's files for the network are read-only",
    why: 'a build must not be able to change them, whoever owns them',
    nix: 'enterChroot',
  },
];
const CERTIFICATES: Omission = {
  what: "the machine's certificates are there, which Nix before 2.16 did not show",
  why: 'older and newer ones leave directories of this form',
  nix: 'enterChroot',
};
const NO_MACHINE_SOCKETS: Omission = {
  what: 'AF_VSOCK and io_uring are not there',
  why: 'such sockets reach the machine that a virtual one runs on, as they have no namespaces, and io_uring makes them, too; --net leaves both',
  nix: 'startChild',
};
const NETWORK_ASKED: Omission = {
  what: "the host's network can be reached",
  why: 'you asked for it: --net',
  nix: 'startChild',
};

function ofBuild({ build, env }: PlanInput): readonly Omission[] {
  const found: Omission[] = [];
  if (env.source.kind === 'file')
    found.push({
      what: 'what the build exported after env-vars was written is not set, nor what bash cannot export (names such as a-b)',
      why: 'stdenv writes the file at the start of each phase, and at the end of its setup',
      nix: 'initEnv',
    });
  if (env.source.kind === 're-constructed') {
    const { derivation, foundBy, lost } = env.source;
    found.push({
      what: 'the environment is not the one that the build left, but re-constructed',
      why: `from ${derivation}: ${foundBy}`,
      nix: 'initEnv',
    });
    for (const what of lost) found.push({ what, why: 'the environment is re-constructed', nix: 'initEnv' });
  }
  if (build.sandboxed === false) {
    found.push({
      what: 'this build ran without a sandbox: it saw the whole host',
      why: 'what it found there may be missing here',
      nix: 'startChild',
    });
  }
  return found;
}

/** What a derivation may ask for that is not given here. */
function ofDerivation({ demands: { features } }: PlanInput): readonly Omission[] {
  const why = 'the derivation asks for it (requiredSystemFeatures)';
  const uids = { what: 'no range of 65536 user ids, no cgroup and no /sys (uid-range)', why, nix: 'prepareUser' };
  const recursive = { what: 'no Nix daemon can be asked from inside (recursive-nix)', why, nix: 'initEnv' };
  return [
    ...(features.includes('uid-range') ? [uids] : []),
    ...(features.includes('recursive-nix') ? [recursive] : []),
  ];
}

const MOST_PROBLEMS = 3;

/** Paths that builds see otherwise, or that are not here, because the settings could not be understood. */
function ofSettings({ facts, options }: PlanInput): readonly Omission[] {
  const problems = facts.settingsProblems;
  const rest = problems.length - MOST_PROBLEMS;
  const said = problems.slice(0, MOST_PROBLEMS).join('; ');
  const shown =
    facts.machinePaths.some(({ to }) => storePath(to) === null) && !options.without.includes('sandbox-paths');
  const readOnly = {
    what: "what the machine's Nix settings show to builds is read-only",
    why: 'a build may write to it where the permissions let it; --bind shows it writable',
    nix: 'getPathsInSandbox',
  };
  if (problems.length === 0) return shown ? [readOnly] : [];
  return [
    ...(shown ? [readOnly] : []),
    {
      what: "what the machine's Nix settings show to builds may be missing",
      why: rest > 0 ? `${said}; and ${rest} more, which doctor names` : said,
      nix: 'getPathsInSandbox',
    },
  ];
}

/** Where there is no filter at all, the group's own words say it. */
function ofFilter({ build, options }: PlanInput): readonly Omission[] {
  if (build.system === 'guix' || options.without.includes('seccomp')) return [];
  if (build.system === 'lix')
    return [
      {
        what: 'system calls that Lix does not know are not refused',
        why: "Lix allows what is on a list and answers ENOSYS to the rest; here only what it has in common with Nix' filter is refused",
        nix: 'setupSeccomp',
      },
    ];
  return [
    {
      what:
        build.layout === 'flat'
          ? 'reading extended attributes is not refused'
          : 'listing extended attributes is not refused',
      why: `${build.layout === 'flat' ? 'Nix 2.24 and later do, and older ones' : 'Nix 2.35 and later do, and older ones'} leave directories of this form`,
      nix: 'setupSeccomp',
    },
  ];
}

function ofCaller({ facts }: PlanInput): readonly Omission[] {
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

function ofOptions({ build, options, demands: { fixedOutput: fixed } }: PlanInput): readonly Omission[] {
  const switchedOff = leftOut(options.without);
  // Content in `build` is of 2.18.4 or later.
  const certificates = build.system === 'nix' && build.layout === 'flat' ? [CERTIFICATES] : [];
  if (options.net) return [...switchedOff, ...WITH_NETWORK, ...certificates, ...(fixed ? [] : [NETWORK_ASKED])];
  const closed = [...switchedOff, ...(options.without.includes('seccomp') ? [] : [NO_MACHINE_SOCKETS])];
  if (!fixed) return closed;
  return [
    ...closed,
    {
      what: "no network, though this is a fixed-output build and Nix gives it the host's",
      why: 'S8; --net gives it here, too',
      nix: 'startChild',
    },
  ];
}
