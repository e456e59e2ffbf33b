/**
 * Process 1 of the sandbox, as a table (executor.md, section 8): starts the command, reaps every orphan, writes how the
 * command ended into a file of 24 bytes (wait status, then the results of clone and of execve), and ends. It runs as a program of
 * its own, so that nothing of Node's memory is within the command's reach.
 */
import { cell, type Entry, WORD } from './entry.ts';

const SIG_SETMASK = 2;
const SIGCHLD = 17;
const CLONE_VM_VFORK = 0x100 | 0x4000;
/** For wait4(2). */
export const WALL = 0x40000000;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const PR_SET_DUMPABLE = 4;

/** The size of the report in bytes, and where its little-endian words are. */
export const REPORT_SIZE = 24;
export const REPORT = { waitStatus: 0, clone: 8, execve: 16 } as const;

/** The structures that init's table needs: name → bytes. */
export const INIT_CELLS = { report: REPORT_SIZE, emptySet: 8 } as const;

export interface Command {
  readonly program: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
}

/**
 * Nobody inside may trace this process, or write into its memory: it has the command's ids, and could be made to forget that it dies with its
 * launcher (ptrace(2), PTRACE_MODE_ATTACH_REALCREDS). What it executes is as usual again.
 */
export const untraced: Entry = { call: 'prctl', args: [PR_SET_DUMPABLE, 0, 0, 0, 0] };

/** The entries of init. All signals are blocked when it starts: the launcher blocked them before the clone. */
export function initEntries(command: Command, statusFd: number): readonly Entry[] {
  return [
    untraced,
    closeOnExec(statusFd),
    makeChild,
    { label: 'wait', call: 'wait4', args: [-1, cell('report'), WALL, 0], onMatch: 'report', onError: 'report' },
    { call: 'jump', args: [], onError: 'wait' },
    ...sendReport(statusFd),
    // The child shares the memory: it says itself whom to wait for.
    { label: 'child', call: 'getpid', args: [], store: { kind: 'word', label: 'wait', word: WORD.match } },
    ...becomeCommand(command),
  ];
}

/** A descriptor that init has, and its command has not. */
export function closeOnExec(fd: number): Entry {
  return { call: 'fcntl', args: [fd, F_SETFD, FD_CLOEXEC] };
}

/** Makes the child, which goes on at the label `child`; where that fails the report says so. */
export const makeChild: Entry = {
  call: 'clone',
  args: [CLONE_VM_VFORK | SIGCHLD, 0, 0, 0, 0],
  store: cell('report', REPORT.clone),
  match: 0,
  onMatch: 'child',
  onError: 'report',
};

/** Writes the report, and ends. */
export function sendReport(statusFd: number): readonly Entry[] {
  return [
    { label: 'report', call: 'pwrite64', args: [statusFd, cell('report'), REPORT_SIZE, 0] },
    { call: 'exit_group', args: [0] },
  ];
}

/** The child's end: it becomes the command, with no signal blocked, or says why it cannot. */
export function becomeCommand({ program, argv, environment }: Command): readonly Entry[] {
  return [
    { call: 'rt_sigprocmask', args: [SIG_SETMASK, cell('emptySet'), 0, 8] },
    {
      call: 'execve',
      args: [
        { kind: 'text', value: program },
        { kind: 'vector', values: argv },
        { kind: 'vector', values: environment },
      ],
      store: cell('report', REPORT.execve),
    },
    { label: 'refused', call: 'exit_group', args: [127] },
  ];
}
