/** The last steps: the process's own state, and what is executed (S5). */
import { innerPath } from '../base/path.ts';
import { execute, usesStdenv } from './execute.ts';
import { filterRules, type Sockets } from './filter-rules.ts';
import { type HostFacts, toolDirectory } from './host.ts';
import type { PlanInput } from './plan-input.ts';
import { inGroup, type Op, type Step, step } from './step.ts';
import { terminalDescription } from './terminfo.ts';

/**
 * The description of the terminal is read once, when line editing begins; the programs of the build find the environment that they had.
 * Home and End are bound as tmux, screen and the console send them: what xterm sends, bash knows.
 */
const rc = (name: string): string => `if [ -z "\${TERMINFO+set}" ]; then
  export TERMINFO=${terminalDescription()}
  bind -V >/dev/null 2>&1
  export -n TERMINFO
fi
bind '"\\e[1~": beginning-of-line' '"\\e[4~": end-of-line' 2>/dev/null
PS1='\\[\\e[1;36m\\][${name}]\\[\\e[0m\\] \\w \\$ '
unset HISTFILE PROMPT_COMMAND
shopt -s checkwinsize
`;

/** Where the prompt's start-up file lies inside. */
const RC_FILE = `${toolDirectory}/rc`;

/** The words that start the prompt's bash: one with line editing, else the build's own. */
function bashOf({ facts, options: { shell } }: PlanInput): readonly string[] {
  return facts.promptShell?.command ?? (shell === null ? [] : [shell]);
}

/** The steps after the root was entered. */
export function startSteps(input: PlanInput): readonly Step[] {
  const { facts, options } = input;
  const words = options.command ?? promptWords(input);
  const limits: Op[] = [];
  const { openFiles, coreHard } = facts.limits;
  if (openFiles !== null) limits.push({ kind: 'limit', resource: 'RLIMIT_NOFILE', ...openFiles });
  const of32Bits = is32Bit(input.demands.platform, facts.architecture);
  const steps = [
    step({ kind: 'workingDirectory', at: options.workingDirectory }, whyThere(input), { nix: 'runChild' }),
    inGroup('umask', step({ kind: 'umask', mask: 0o022 }, 'the umask of a build', { nix: 'runChild' })),
    ...(options.without.includes('umask') ? ownUmask(facts) : []),
    ...limits.map(op => step(op, 'Node raised its own limit; this is the one that you called with')),
    ...(coreHard === null
      ? []
      : [
          inGroup(
            'limits',
            step(
              { kind: 'limit', resource: 'RLIMIT_CORE', soft: 0, hard: coreHard } as const,
              'builds leave no core files',
              { nix: 'runChild' },
            ),
          ),
        ]),
    inGroup(
      'personality',
      step(
        { kind: 'personality', flags: of32Bits ? ['PER_LINUX32', 'ADDR_NO_RANDOMIZE'] : ['ADDR_NO_RANDOMIZE'] },
        `addresses are not randomised, so that builds are the same each time${of32Bits ? `; a build for ${input.demands.platform} sees a machine of 32 bits` : ''}`,
        { nix: 'setPersonality' },
      ),
    ),
    ...confinementSteps(input),
    step({ kind: 'standardStreams' }, 'input, output and errors are those of the command (S2)', { spec: 'S2' }),
    step({ kind: 'init' }, 'signals reach the command as usual, which they do not when it is process 1', {
      spec: 'S2',
    }),
  ];
  return [...steps, step(execute(input, words), whyExecuted(input), { nix: 'execBuilder', spec: 'S5' })];
}

/** The steps before had one of 0. */
function ownUmask({ umask }: HostFacts): readonly Step[] {
  return umask === null ? [] : [step({ kind: 'umask', mask: umask }, 'yours, as you asked for it: --without umask')];
}

/** Nix' own test: a 64-bit machine is another one to `uname -m` then. */
function is32Bit(platform: string | null, architecture: HostFacts['architecture']): boolean {
  if (platform === 'i686-linux') return architecture === 'x86_64';
  return platform === 'armv7l-linux' || platform === 'armv6l-linux' || platform === 'armv5tel-linux';
}

/** Whether the command is in the caller's process group, so that a filter keeps it from signalling that; an interactive shell makes groups of its own. */
export function sharesGroup({ facts, options }: PlanInput): boolean {
  return options.command !== null && (facts.terminal || options.without.includes('session'));
}

function socketsOf({ options, demands }: PlanInput): Sockets {
  if (options.net) return 'network';
  return demands.platform === 'i686-linux' ? 'closed, i686' : 'closed';
}

/** What takes rights away, in this order: the filter would be refused without one of the two that go before and after it. */
function confinementSteps(input: PlanInput): readonly Step[] {
  const { build, facts } = input;
  return [
    inGroup(
      'no-new-privileges',
      step({ kind: 'noNewPrivileges' }, 'set-id programs of the store gain nothing', { nix: 'enterChroot' }),
    ),
    inGroup(
      'landlock',
      step({ kind: 'scopeSockets' }, 'with --net, those of the machine would be within reach', {
        nix: 'setupLandlock',
      }),
    ),
    step({ kind: 'ownKeyRing' }, 'the keys of your session are not for the build'),
    inGroup(
      'seccomp',
      step(
        {
          kind: 'filter',
          architecture: facts.architecture,
          rules: filterRules(build, sharesGroup(input), socketsOf(input)),
        },
        'Nix refuses what would not survive in the store; nobody types into your terminal, or reads your keys',
        { nix: 'setupSeccomp' },
      ),
    ),
    inGroup(
      'capabilities',
      step({ kind: 'noCapabilities' }, 'those over the new namespaces were for the steps above', { nix: 'runChild' }),
    ),
  ];
}

function whyThere({ env, options }: PlanInput): string {
  if (options.workingDirectory === '/build') return 'a build starts here';
  return env.source.kind === 'file'
    ? 'the failing phase began here (PWD in env-vars)'
    : 'a guess: the source was unpacked here, and phases begin in it';
}

function whyExecuted({ env, derivation, options }: PlanInput): string {
  const source = env.source.kind;
  if (options.shell === null)
    return 'the build has no shell: a bash of the machine, with the environment that Nix gave the builder, becomes the command';
  if (source === 're-constructed' && !usesStdenv(derivation, env))
    return 'the shell has the re-constructed environment, which is what Nix gave the builder, and becomes the command';
  if (source === 're-constructed')
    return "stdenv's setup runs on the re-constructed environment, then the shell loads the result and becomes the command";
  return source === 'none'
    ? 'there is no environment to load: the shell becomes the command'
    : "the shell loads the build's environment and becomes the command";
}

/** The words of the interactive shell. Its start-up file is laid out for a run without CMD; bash goes on where it is missing. */
export function promptWords(input: PlanInput): readonly string[] {
  return promptOf(bashOf(input));
}

/** The same, of a bash that these words start. */
export function promptOf(bash: readonly string[]): readonly string[] {
  return [...bash, '--noprofile', '--rcfile', RC_FILE, '-i'];
}

/** The prompt's start-up file: its place inside, and what it holds. @param build the name of the build */
export function promptFile(build: string | null): { readonly at: string; readonly content: string } {
  return { at: RC_FILE, content: rc((build ?? 'build').replace(/[^A-Za-z0-9._+?=-]/g, '_')) };
}

/**
 * The prompt's start-up file and its bash: the build's own is made without line editing, so the prompt gets another one, and nothing
 * else does. All of it is laid out before the old root goes away.
 */
export function promptSteps({ build, facts, options }: PlanInput): readonly Step[] {
  if (options.command !== null && options.shell !== null) return [];
  const why =
    options.shell === null
      ? 'the build has no shell: this bash starts the command, or is the prompt'
      : 'the bash of the prompt, with line editing: the bash of a build has none';
  const binds = (facts.promptShell?.binds ?? []).map(({ from, to }) =>
    step({ kind: 'bind', from, to: innerPath(to), type: 'file', readOnly: true } as const, why),
  );
  const { at, content } = promptFile(build.name?.value ?? null);
  return [
    step(
      { kind: 'directory', at: innerPath(toolDirectory), mode: 0o755 },
      'what the prompt needs, and nothing else does',
    ),
    step({ kind: 'file', at: innerPath(at), mode: 0o644, content }, 'the prompt names the build'),
    ...binds,
  ];
}
