/** The operations on the process itself, and those that make a command of it. */
import { bytes, type Call, call, flags, mode, NULL, num, optional, type RuntimeValue, text } from '../base/call.ts';
import { AT_EMPTY_PATH, PERSONALITY, PR, RLIMIT, SIGKILL, SIGSTOP } from './kernel.ts';
import type { Meanings } from './step.ts';
import { limit, zeroSigaction } from './structures.ts';

/** A readable pidfd is a process that ended: a result of 1 ends the child, too. */
const launcherLives: Call = {
  name: 'ppoll',
  refused: 1,
  args: [{ kind: 'runtime', of: 'pollLauncher' }, num(1), bytes(new Uint8Array(16), '{0, 0}'), NULL, num(8)],
};

/** Becomes the generated program, which keeps these descriptors: it marks them again, to be closed by exec. */
function becomeProgram(name: string, ...kept: readonly RuntimeValue[]): readonly Call[] {
  return [
    ...kept.map(of => call('fcntl', { kind: 'runtime', of }, flags({ F_SETFD: 2 }), num(0))),
    call(
      'execveat',
      { kind: 'runtime', of: 'init' },
      text(''),
      { kind: 'vector', values: [name] },
      { kind: 'vector', values: [] },
      flags({ AT_EMPTY_PATH }),
    ),
  ];
}

export const PROCESS_OPS: Meanings<
  | 'dropGroups'
  | 'dieWithLauncher'
  | 'defaultSignals'
  | 'closeDescriptors'
  | 'ownSession'
  | 'umask'
  | 'workingDirectory'
  | 'limit'
  | 'personality'
  | 'standardStreams'
  | 'init'
  | 'waiter'
  | 'execute'
> = {
  dropGroups: {
    say: () => 'no supplementary groups',
    calls: () => [], // by the launcher's own thread, around the clone: in the new user namespace it is refused
  },
  dieWithLauncher: {
    say: () => 'the sandbox dies with its launcher',
    calls: () => [
      call('prctl', flags({ PR_SET_PDEATHSIG: PR.PR_SET_PDEATHSIG }), num(SIGKILL, 'SIGKILL'), num(0), num(0), num(0)),
      launcherLives, // it may have died before the line above
    ],
  },
  defaultSignals: {
    say: () => 'every signal has its default action',
    calls: () => {
      const action = bytes(zeroSigaction, '{SIG_DFL}');
      const size = num(8);
      const calls: Call[] = [];
      for (let signal = 1; signal <= 64; signal += 1)
        if (signal !== SIGKILL && signal !== SIGSTOP)
          calls.push(optional('rt_sigaction', num(signal), action, NULL, size));
      return calls;
    },
  },
  closeDescriptors: {
    say: () => 'only stdin, stdout and stderr are handed on',
    calls: () => [optional('close_range', num(3), num(0xffffffff, '~0U'), flags({ CLOSE_RANGE_CLOEXEC: 4 }))],
  },
  ownSession: {
    say: () => 'a session of its own, without a terminal',
    calls: () => [call('setsid')],
  },
  umask: {
    say: op => `umask ${op.mask.toString(8).padStart(4, '0')}`,
    calls: op => [call('umask', mode(op.mask))],
  },
  workingDirectory: {
    say: op => `the working directory is ${op.at}`,
    calls: op => [op.mayBeGone === true ? optional('chdir', text(op.at)) : call('chdir', text(op.at))],
  },
  limit: {
    say: op => `${op.resource} is ${op.soft} (hard: ${op.hard})`,
    calls: op => [
      optional(
        'prlimit64',
        num(0),
        flags({ [op.resource]: RLIMIT[op.resource] }),
        bytes(limit(op.soft, op.hard), `{${op.soft}, ${op.hard}}`),
        NULL,
      ),
    ],
  },
  personality: {
    say: op => `personality ${op.flags.join(' ')}`,
    calls: op => [optional('personality', flags(Object.fromEntries(op.flags.map(name => [name, PERSONALITY[name]]))))],
  },
  standardStreams: {
    say: () => "stdin, stdout and stderr are the caller's own",
    calls: () => [0, 1, 2].map(fd => optional('fcntl', num(fd), flags({ F_SETFD: 2 }), num(0))),
  },
  init: {
    say: () => 'a small init is process 1: it starts the command, reaps, and reports how the command ended',
    calls: () => [
      // Once more, and long after prctl: a launcher that is being killed may take a moment to be dead.
      launcherLives,
      ...becomeProgram('nix-build-shell-init', 'status'),
    ],
  },
  waiter: {
    say: () => 'a small process outside starts the command inside, waits, and reports how it ended',
    calls: () => [launcherLives, ...becomeProgram('nix-build-shell-waiter', 'status', 'launcher')],
  },
  execute: {
    say: op => `execute ${op.program}`,
    // Made by init, in a child of its own, not by the launcher's child.
    calls: op => [
      call('execve', text(op.program), { kind: 'vector', values: op.argv }, { kind: 'vector', values: op.environment }),
    ],
  },
};
