/**
 * The last carrier, where no page of our own process may hold code: the same table as a generated program, which libc starts
 * (executor.md, section 10). It hands its entries back through a file, so that a failure is told as well as by the first carrier.
 */
import { childEntries, RECORD } from './compile.ts';
import { elfProgram } from './elf.ts';
import { ENTRY_SIZE } from './entry.ts';
import { dataFile, programFile } from './executable.ts';
import { type Files, runtimeOf, tableFor } from './files.ts';
import { PROGRAM_CELLS, programFrame } from './frame.ts';
import { allocate } from './memory.ts';
import { type Failed, failedBefore, type LaunchRequest, type Started, type Ways } from './request.ts';
import { spawnFile } from './spawn.ts';
import { ownArchitecture, syscall } from './syscalls.ts';
import { resultsIn, textAt } from './table.ts';

const O_CLOEXEC = 0o2000000;
const EINTR = 4;

/** What comes back: the child's entries in `results`, when 8 bytes can be read of `ready`. */
interface Back {
  readonly results: number;
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** Returns when init runs, or when a call of the child failed. */
export function startProgram(request: LaunchRequest, files: Files, ways: Ways): Started | Failed {
  const back = openBack();
  if ('kind' in back) return back;
  const close = (...fds: readonly number[]): void => fds.forEach(fd => syscall('close', fd));
  const program = programFile(
    'nix-build-shell-carrier',
    carrier(request, files, back),
    ways.files,
    request.directories,
  );
  if (typeof program !== 'number') {
    close(back.results, back.readEnd, back.writeEnd);
    return program;
  }
  const child = spawnFile(program, 'nix-build-shell-carrier', [
    files.status,
    files.init,
    files.launcher,
    back.results,
    back.writeEnd,
    ...[request.tree, request.sandbox].filter(fd => fd !== undefined),
    ...files.records.values(),
  ]);
  close(program, back.writeEnd); // what is written by nobody any more is read as the end
  const started =
    child < 0
      ? failedBefore(`posix_spawn("/proc/self/fd/${program}", …)`, -child)
      : awaitStart(child, back, request.calls.length);
  close(back.results, back.readEnd);
  return started;
}

function openBack(): Back | Failed {
  const results = dataFile('nix-build-shell-results');
  if (results < 0) return failedBefore('memfd_create("nix-build-shell-results", MFD_CLOEXEC)', -results);
  const ends = allocate(8);
  const piped = syscall('pipe2', ends.address, O_CLOEXEC);
  if (piped >= 0) return { results, readEnd: ends.view.getInt32(0, true), writeEnd: ends.view.getInt32(4, true) };
  syscall('close', results);
  return failedBefore('pipe2(…, O_CLOEXEC)', -piped);
}

function carrier(request: LaunchRequest, files: Files, { results, writeEnd }: Back): Uint8Array {
  const runtime = runtimeOf(files, request);
  const { cloneFlags, calls } = request;
  const frame = programFrame(cloneFlags, calls.length, {
    pollLauncher: runtime.pollLauncher,
    results,
    ready: writeEnd,
  });
  const layout = tableFor([...frame, ...childEntries(calls, runtime)], PROGRAM_CELLS, ownArchitecture());
  return elfProgram(layout, ownArchitecture());
}

function awaitStart(child: number, { results, readEnd }: Back, calls: number): Started | Failed {
  const init = readWord(readEnd);
  const pidfd = init === null || init < 0 ? -1 : syscall('pidfd_open', child, 0);
  if (init !== null && init > 0 && pidfd >= 0) {
    const size = calls * ENTRY_SIZE;
    const table = allocate(size + RECORD.size);
    syscall('pread64', results, table.address, size + RECORD.size, 0);
    return {
      init,
      child,
      pidfd,
      results: () => resultsIn(table.bytes, 0, calls),
      record: () => textAt(table.bytes, size),
    };
  }
  // It ends by itself, or has ended; without its pidfd nothing could wait for it.
  if (pidfd < 0 && init !== null && init > 0) syscall('kill', child, 9);
  syscall('wait4', child, 0, 0, 0);
  if (init === null) return failedBefore('read(…) from the program that makes the sandbox', 32);
  if (init < 0) return { kind: 'failed', index: -1, errno: -init, what: null };
  return failedBefore(`pidfd_open(${child}, 0)`, -pidfd);
}

/** 8 bytes as a number; null at the end of the file. */
function readWord(fd: number): number | null {
  const word = allocate(8);
  let size = 0;
  do size = syscall('read', fd, word.address, 8);
  while (size === -EINTR);
  return size === 8 ? Number(word.view.getBigInt64(0, true)) : null;
}
