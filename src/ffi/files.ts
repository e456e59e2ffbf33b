/** The descriptors that every launch needs: init's program, the file for its report, a pidfd of ourselves, and the lists of its loops. */
import type { Records } from '../base/call.ts';
import type { Runtime } from './compile.ts';
import { elfProgram } from './elf.ts';
import { type Entry, memory } from './entry.ts';
import { dataFile, programFile } from './executable.ts';
import { INIT_CELLS, initEntries } from './init.ts';
import { pollFor } from './pidfd.ts';
import { openRecords } from './records.ts';
import { type Failed, failedBefore, type LaunchRequest, type Ways } from './request.ts';
import { type Architecture, ownArchitecture, syscall, syscallNumber } from './syscalls.ts';
import { type Layout, layOut } from './table.ts';
import { waiterEntries } from './waiter.ts';

export interface Files {
  readonly status: number;
  readonly init: number;
  readonly launcher: number;
  /** A file for each list that the calls go through. */
  readonly records: ReadonlyMap<Records, number>;
}

const PIDFD_THREAD = 0o200;

/** Entries, laid out for an architecture. */
export function tableFor(
  entries: readonly Entry[],
  cells: Readonly<Record<string, number>>,
  architecture: Architecture,
): Layout {
  return layOut(entries, cells, name => syscallNumber(name, architecture));
}

/** The program of process 1, as an ELF file. */
export function initProgram(
  command: LaunchRequest['execute'],
  statusFd: number,
  architecture: Architecture,
): Uint8Array {
  return elfProgram(tableFor(initEntries(command, statusFd), INIT_CELLS, architecture), architecture);
}

/** The program that waits for a command in a sandbox that was entered, as an ELF file. */
export function waiterProgram(
  command: LaunchRequest['execute'],
  descriptors: Pick<Files, 'status' | 'launcher'>,
  architecture: Architecture,
): Uint8Array {
  return elfProgram(tableFor(waiterEntries(command, descriptors), INIT_CELLS, architecture), architecture);
}

/** All, or none. All are closed by exec. */
export function openFiles(request: LaunchRequest, ways: Ways): Files | Failed {
  const status = dataFile('nix-build-shell-status');
  if (status < 0) return failedBefore('memfd_create("nix-build-shell-status", MFD_CLOEXEC)', -status);
  const launcher = ownPidfd();
  if (launcher < 0) {
    syscall('close', status);
    return failedBefore(`pidfd_open(${process.pid}, 0)`, -launcher);
  }
  const records = openRecords(request.calls);
  if ('kind' in records) {
    for (const fd of [status, launcher]) syscall('close', fd);
    return records;
  }
  const { sandbox, execute, directories } = request;
  const program =
    sandbox === undefined
      ? initProgram(execute, status, ownArchitecture())
      : waiterProgram(execute, { status, launcher }, ownArchitecture());
  const init = programFile('nix-build-shell-init', program, ways.files, directories);
  if (typeof init === 'number') return { status, init, launcher, records };
  for (const fd of [status, launcher, ...records.values()]) syscall('close', fd);
  return init;
}

/** Closes what a launch does not need any more when the child runs. */
export function closeFiles({ init, launcher, records }: Files): void {
  for (const fd of [init, launcher, ...records.values()]) syscall('close', fd);
}

/**
 * A pidfd of our main thread, whose end is what PR_SET_PDEATHSIG waits for, too; before Linux 6.9 of the process, which ends a
 * little later (pidfd_open(2)).
 */
function ownPidfd(): number {
  const thread = syscall('pidfd_open', process.pid, PIDFD_THREAD);
  return thread >= 0 ? thread : syscall('pidfd_open', process.pid, 0);
}

/** What the runtime arguments of calls become. */
export function runtimeOf(files: Files, { tree = -1, sandbox = -1 }: Pick<LaunchRequest, 'tree' | 'sandbox'>): Runtime {
  const { launcher, init, status, records } = files;
  return { launcher, pollLauncher: memory(pollFor(launcher)), init, status, tree, sandbox, records };
}
