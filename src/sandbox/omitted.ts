/** What real Nix does and this sandbox does not, each with the reason: half of what a plan is for. */

import { storePath } from '../base/path.ts';
import { omittedByRung, omittedName } from './build-directory.ts';
import { leftOut } from './groups.ts';
import { ofCaller, ofFilter, ofStreams, ofUser } from './omitted-of-process.ts';
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
function noMachineSockets(platform: string | null): Omission {
  return {
    what:
      platform === 'i686-linux'
        ? 'AF_VSOCK and io_uring are not there'
        : 'AF_VSOCK, io_uring and socketcall are not there',
    why: 'such sockets reach the machine that a virtual one runs on, as they have no namespaces, and these are ways to make them; --net leaves all',
    nix: 'startChild',
  };
}
const ABSTRACT_SOCKETS: Omission = {
  what: "the machine's abstract Unix sockets cannot be reached, which Nix before 2.34.5 left open",
  why: 'older and newer ones leave directories of this form; code of a build is to get no way out of its sandbox',
  nix: 'setupLandlock',
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

function ofOptions({ build, options, demands: { fixedOutput: fixed, platform } }: PlanInput): readonly Omission[] {
  const switchedOff = leftOut(options.without);
  // Content in `build` is of 2.18.4 or later.
  const certificates = build.system === 'nix' && build.layout === 'flat' ? [CERTIFICATES] : [];
  if (options.net)
    return [
      ...switchedOff,
      ...WITH_NETWORK,
      ...(fixed && !options.without.includes('landlock') ? [ABSTRACT_SOCKETS] : []),
      ...certificates,
      ...(fixed ? [] : [NETWORK_ASKED]),
    ];
  const closed = [...switchedOff, ...(options.without.includes('seccomp') ? [] : [noMachineSockets(platform)])];
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
