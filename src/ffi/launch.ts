/**
 * Starts the child: lays the program out, makes the one clone, and says what became of it. The stub is called on the main
 * thread, synchronously: PR_SET_PDEATHSIG follows the thread that cloned (executor.md, section 7).
 */
import type { Call } from '../base/call.ts';
import { childEntries, FRAME_CELLS, frameEntries, type Runtime, terminated } from './compile.ts';
import { elfProgram } from './elf.ts';
import { type Command, INIT_CELLS, initEntries, REPORT_SIZE } from './init.ts';
import { koffi } from './koffi.ts';
import { allocate, type Memory } from './memory.ts';
import { executableFile, mapStub, type Stub } from './stub.ts';
import { type Architecture, ownArchitecture, syscall, syscallNumber } from './syscalls.ts';
import { ENTRY_SIZE, type Entry, type Layout, layOut, WORD } from './table.ts';

export interface LaunchRequest {
  /** The CLONE_NEW* flags. */
  readonly cloneFlags: number;
  /** The child's calls; the last one executes init. */
  readonly calls: readonly Call[];
  /** What init executes. */
  readonly execute: {
    readonly program: string;
    readonly argv: readonly string[];
    readonly environment: readonly string[];
  };
}

/** How it ended. `index` is of `calls`; -1 is the clone, -2 init's execve, -3 something before the clone. */
export type Ended =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: number }
  | { readonly kind: 'failed'; readonly index: number; readonly errno: number; readonly what: string | null };

export interface Running {
  readonly pid: number;
  /** Resolves when init has ended, and with it every process of the sandbox. To be called once. */
  readonly ended: () => Promise<Ended>;
}

const MFD_CLOEXEC = 1;
const POLLIN = 1;

function tableFor(
  entries: readonly Entry[],
  cells: Readonly<Record<string, number>>,
  architecture: Architecture,
): Layout {
  return layOut(entries, cells, name => syscallNumber(name, architecture));
}

/** The program of process 1, as an ELF file. */
export function initProgram(command: LaunchRequest['execute'], statusFd: number, architecture: Architecture): Buffer {
  const words: Command = {
    program: terminated(command.program),
    argv: command.argv.map(terminated),
    environment: command.environment.map(terminated),
  };
  return elfProgram(tableFor(initEntries(words, statusFd), INIT_CELLS, architecture), architecture);
}

interface Files {
  readonly status: number;
  readonly init: number;
  readonly launcher: number;
}

function failedBefore(what: string, result: number): Ended {
  return { kind: 'failed', index: -3, errno: -result, what };
}

/** Opens what the child needs: the status file, init, and a pidfd of ourselves. */
function openFiles(request: LaunchRequest, architecture: Architecture): Files | Ended {
  const name = allocate(32);
  name.bytes.write('nix-build-shell-status\0', 'latin1');
  const status = syscall('memfd_create', name.address, MFD_CLOEXEC);
  if (status < 0) return failedBefore('memfd_create("nix-build-shell-status", MFD_CLOEXEC)', status);
  const init = executableFile('nix-build-shell-init', initProgram(request.execute, status, architecture));
  if (init < 0) return failedBefore('memfd_create("nix-build-shell-init", MFD_CLOEXEC|MFD_EXEC)', init);
  const launcher = syscall('pidfd_open', process.pid, 0);
  if (launcher < 0) return failedBefore(`pidfd_open(${process.pid}, 0)`, launcher);
  return { status, init, launcher };
}

/** Starts the sandbox. The stub returns when init runs, or when a call of the child failed. */
export function launch(request: LaunchRequest): Running | Ended {
  const architecture = ownArchitecture();
  const { run, errnos } = mapStub();
  if (run === null) return failedBefore('mmap(NULL, 4096, PROT_READ|PROT_EXEC, …)', -(errnos.at(-1) ?? 1));
  const files = openFiles(request, architecture);
  if ('kind' in files) return files;
  const poll = Buffer.alloc(8);
  poll.writeInt32LE(files.launcher, 0);
  poll.writeInt16LE(POLLIN, 4);
  const runtime: Runtime = {
    launcher: files.launcher,
    pollLauncher: { pointTo: poll },
    init: files.init,
    status: files.status,
  };
  const frame = frameEntries(request.cloneFlags);
  const layout = tableFor([...frame, ...childEntries(request.calls, runtime)], FRAME_CELLS, architecture);
  const table = allocate(layout.size);
  layout.write(table.bytes, table.address);
  table.bytes.fill(0xff, layout.cells.get('allSignals'), (layout.cells.get('allSignals') ?? 0) + 8);
  return started(run, table, frame.length, request, layout, files);
}

function started(
  run: Stub,
  table: Memory,
  first: number,
  request: LaunchRequest,
  layout: Layout,
  files: Files,
): Running | Ended {
  const pid = run(table);
  syscall('close', files.init);
  syscall('close', files.launcher);
  if (pid < 0) {
    syscall('close', files.status);
    return { kind: 'failed', index: -1, errno: -pid, what: null };
  }
  const pidfd = table.bytes.readInt32LE(layout.cells.get('pidfd') ?? 0);
  const ended = async (): Promise<Ended> => {
    await readable(pidfd);
    syscall('close', pidfd);
    reap(pid);
    const fault = firstFault(table, first, request.calls);
    const report = fault ?? readReport(files.status);
    syscall('close', files.status);
    return report;
  };
  return { pid, ended };
}

function readable(pidfd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const handle = koffi().node.poll(pidfd, { readable: true }, status => {
      handle.close();
      if (status >= 0) resolve();
      else reject(new Error(`poll of a pidfd: ${status}`));
    });
  });
}

function reap(pid: number): void {
  const status = allocate(8);
  syscall('wait4', pid, status.address, 0, 0);
}

/** The child shares our memory, so its results stand in the table: the first failed call whose failure matters. */
function firstFault(table: Memory, first: number, calls: readonly Call[]): Ended | null {
  for (const [index, call] of calls.entries()) {
    if (call.optional === true) continue;
    const result = Number(table.bytes.readBigInt64LE((first + index) * ENTRY_SIZE + WORD.result * 8));
    if (result < 0 && result >= -4095) return { kind: 'failed', index, errno: -result, what: null };
  }
  return null;
}

function readReport(statusFd: number): Ended {
  const report = allocate(REPORT_SIZE);
  syscall('lseek', statusFd, 0, 0);
  const size = syscall('read', statusFd, report.address, REPORT_SIZE);
  // No report: init was killed from outside.
  if (size !== REPORT_SIZE) return { kind: 'signalled', signal: 9 };
  const execve = Number(report.bytes.readBigInt64LE(8));
  if (execve < 0) return { kind: 'failed', index: -2, errno: -execve, what: null };
  const status = report.bytes.readInt32LE(0);
  const signal = status & 0x7f;
  return signal === 0 ? { kind: 'exited', status: (status >> 8) & 0xff } : { kind: 'signalled', signal };
}
