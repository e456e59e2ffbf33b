/** The part of a table around the child's: what makes the one clone, in our own process or in a program of its own. */
import { CHILD_ORPHANED, callLabel, RECORD } from './compile.ts';
import { cell, ENTRY_SIZE, type Entry, memory, type Value, WORD } from './entry.ts';

const SIG_SETMASK = 2;
const SIGCHLD = 17;
const SIGKILL = 9;
const PR_SET_PDEATHSIG = 1;
const WALL = 0x40000000;
const CLONE = { vm: 0x100, vfork: 0x4000, pidfd: 0x1000 };

const ALL_SIGNALS: Value = memory(new Uint8Array(8).fill(0xff));

/** The cells of {@link ownFrame}: name → bytes. */
export const OWN_CELLS = { oldSignals: 8, pidfd: 8, [RECORD.name]: RECORD.size } as const;

/** In our own process: all signals blocked around the clone; the end entry gives the child's pid or -errno. */
export function ownFrame(cloneFlags: number): readonly Entry[] {
  return [
    { call: 'rt_sigprocmask', args: [SIG_SETMASK, ALL_SIGNALS, cell('oldSignals'), 8] },
    {
      call: 'clone',
      args: [CLONE.vm + CLONE.vfork + CLONE.pidfd + SIGCHLD + cloneFlags, 0, cell('pidfd'), 0, 0],
      // The child writes its 0 first and the parent its pid last: with VFORK this is no race.
      store: { kind: 'word', label: 'end', word: WORD.a0 },
      match: 0,
      onMatch: callLabel(0),
    },
    { call: 'rt_sigprocmask', args: [SIG_SETMASK, cell('oldSignals'), 0, 8] },
    { label: 'end', call: 'end', args: [0] },
  ];
}

/** The cells of {@link programFrame}: name → bytes. */
export const PROGRAM_CELLS = { pid: 8, [RECORD.name]: RECORD.size } as const;

/** The descriptors of a carrying program. */
export interface ProgramFiles {
  /** A `struct pollfd` with a pidfd of the launcher. */
  readonly pollLauncher: Value;
  /** Gets a copy of the child's entries, with their results, and behind them the record that was read last. */
  readonly results: number;
  /** Gets 8 bytes after that: the result of the clone. */
  readonly ready: number;
}

/**
 * In a program of its own: dies with its launcher, makes the clone, hands the child's entries back, and waits. Signals stay blocked:
 * those of the terminal are for the command, and this process must outlive it.
 */
export function programFrame(cloneFlags: number, calls: number, files: ProgramFiles): readonly Entry[] {
  return [
    { call: 'rt_sigprocmask', args: [SIG_SETMASK, ALL_SIGNALS, 0, 8] },
    { call: 'prctl', args: [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0] },
    {
      call: 'ppoll',
      args: [files.pollLauncher, 1, memory(new Uint8Array(16)), 0, 8],
      match: 1,
      onMatch: 'orphan',
    },
    {
      call: 'clone',
      args: [CLONE.vm + CLONE.vfork + SIGCHLD + cloneFlags, 0, 0, 0, 0],
      store: cell('pid'),
      match: 0,
      onMatch: callLabel(0),
    },
    { call: 'pwrite64', args: [files.results, { kind: 'entry', label: callLabel(0) }, calls * ENTRY_SIZE, 0] },
    { call: 'pwrite64', args: [files.results, cell(RECORD.name), RECORD.size, calls * ENTRY_SIZE] },
    { call: 'write', args: [files.ready, cell('pid'), 8] },
    { call: 'wait4', args: [-1, 0, WALL, 0] },
    { call: 'exit_group', args: [0] },
    { label: 'orphan', call: 'exit_group', args: [CHILD_ORPHANED] },
  ];
}
