/** What real Nix does and this sandbox does not, each with the reason: half of what a plan is for. */
import type { PlanInput } from './plan-input.ts';
import type { Omission } from './step.ts';

/** The differences that hold for this build, in the order in which Nix would do them. */
export function omissions(input: PlanInput): readonly Omission[] {
  return [...ALWAYS, ...ofBuild(input), ...ofOptions(input)];
}

const ALWAYS: readonly Omission[] = [
  {
    what: "the store holds everything that the host has, not only the build's inputs",
    why: 'the whole store is bound, so a dependency that is missing from the recipe may be found here',
    nix: 'prepareSandbox',
  },
  {
    what: 'the outputs ($out) cannot be written: the store is read-only',
    why: "the store is the host's own; set another prefix to try an installation",
    nix: 'setupBuildChroot',
  },
  {
    what: 'no system call filter: set-id modes and extended attributes are not refused',
    why: 'the filter is not made yet',
    nix: 'setupSeccomp',
  },
  {
    what: 'abstract Unix sockets are not restricted by Landlock',
    why: "the network namespace keeps the host's out of reach; with --net it does not",
    nix: 'setupLandlock',
  },
  {
    what: 'stdin is yours, and so is the terminal; a build has /dev/null and no terminal',
    why: 'input and output are those of the command (S2)',
    nix: 'commonChildInit',
  },
  {
    what: 'the command is not process 1',
    why: 'process 1 ignores signals that it does not handle; a build is process 1 and lives with that',
    nix: 'startChild',
  },
  {
    what: 'your supplementary groups stay, shown as nogroup',
    why: 'setgroups(2) is refused in a user namespace that an ordinary user made',
    nix: 'startChild',
  },
  { what: 'no cgroup of its own', why: 'making one needs privileges', nix: 'prepareUser' },
];

function ofBuild({ build, env }: PlanInput): readonly Omission[] {
  const found: Omission[] = [];
  if (env.source.kind === 're-constructed') {
    for (const lost of env.source.lost)
      found.push({
        what: lost,
        why: `the environment was re-constructed from ${env.source.derivation}`,
        nix: 'initEnv',
      });
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

function ofOptions({ options, derivation, env }: PlanInput): readonly Omission[] {
  const fixed =
    derivation?.fixedOutput ??
    env.variables.some(({ name, value }) => name === 'outputHash' && value !== null && value !== '');
  if (options.net) {
    return fixed
      ? []
      : [{ what: "the host's network can be reached", why: 'you asked for it: --net', nix: 'startChild' }];
  }
  if (!fixed) return [];
  return [
    {
      what: "no network, though this is a fixed-output build and Nix gives it the host's",
      why: 'S8; --net gives it here, too',
      nix: 'startChild',
    },
  ];
}
