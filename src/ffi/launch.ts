/** Starts a sandbox by the first way that this machine allows, waits for its end, and says what became of it. */
import { reapErrands } from './errand.ts';
import { closeFiles, type Files, openFiles } from './files.ts';
import { withoutGroups } from './groups.ts';
import { REPORT, REPORT_SIZE } from './init.ts';
import { koffi } from './koffi.ts';
import { allocate } from './memory.ts';
import { startHere } from './own-process.ts';
import { startProgram } from './own-program.ts';
import {
  ALL_WAYS,
  type Ended,
  type Failed,
  failedBefore,
  type LaunchRequest,
  type Started,
  type Ways,
} from './request.ts';
import { mapStub } from './stub.ts';
import { syscall } from './syscalls.ts';

export interface Running {
  /** Process 1 of the sandbox, by its id here. */
  readonly pid: number;
  /** Resolves when init has ended, and with it every process of the sandbox. To be called once. */
  readonly ended: () => Promise<Ended>;
}

/** Starts the sandbox. Returns when init runs, or when a call of the child failed. To be called on the main thread. */
export function launch(request: LaunchRequest, ways: Ways = ALL_WAYS): Running | Failed {
  const files = openFiles(request, ways);
  if ('kind' in files) {
    reapErrands();
    return files;
  }
  const begin = (): Started | Failed => start(request, files, ways);
  const started = request.dropGroups === true ? withoutGroups(begin) : begin();
  closeFiles(files);
  if ('kind' in started) {
    syscall('close', files.status);
    reapErrands();
    return started;
  }
  return { pid: started.init, ended: () => end(started, request, files.status) };
}

/** The first carrier that this machine allows (executor.md, section 3). */
function start(request: LaunchRequest, files: Files, ways: Ways): Started | Failed {
  let refused = 0;
  for (const carrier of ways.carriers) {
    if (carrier === 'program') return startProgram(request, files, ways);
    const stub = mapStub(carrier);
    if (typeof stub !== 'number') return startHere(ways.around?.(stub) ?? stub, request, files);
    refused = stub;
  }
  return failedBefore('mmap(NULL, 4096, PROT_READ|PROT_EXEC, …)', refused);
}

async function end(started: Started, request: LaunchRequest, statusFd: number): Promise<Ended> {
  await readable(started.pidfd);
  syscall('close', started.pidfd);
  syscall('wait4', started.child, 0, 0, 0);
  reapErrands();
  const ended = readReport(statusFd) ?? firstFault(started, request);
  syscall('close', statusFd);
  // Neither a report nor a fault: init was killed from outside.
  return ended ?? { kind: 'signalled', signal: 9 };
}

function readable(pidfd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const handle = koffi().node.poll(pidfd, { readable: true }, status => {
      handle.close();
      // koffi calls us outside of Node's own callbacks: promises settled here would wait for the next event (seen on Node 26 with workers).
      setImmediate(() => (status >= 0 ? resolve() : reject(new Error(`poll of a pidfd: ${status}`))));
    });
  });
}

/** How the command ended, in init's words; null where init did not run to its end. */
function readReport(statusFd: number): Ended | null {
  const report = allocate(REPORT_SIZE);
  if (syscall('pread64', statusFd, report.address, REPORT_SIZE, 0) !== REPORT_SIZE) return null;
  const clone = Number(report.view.getBigInt64(REPORT.clone, true));
  if (clone < 0) return failedBefore('clone(CLONE_VM|CLONE_VFORK|SIGCHLD, …)', -clone);
  const execve = Number(report.view.getBigInt64(REPORT.execve, true));
  if (execve < 0) return { kind: 'failed', index: -2, errno: -execve, what: null };
  const status = report.view.getInt32(REPORT.waitStatus, true);
  const signal = status & 0x7f;
  return signal === 0 ? { kind: 'exited', status: (status >> 8) & 0xff } : { kind: 'signalled', signal };
}

/** The first failed call whose failure matters. */
function firstFault(started: Started, request: LaunchRequest): Failed | null {
  const results = started.results();
  const index = request.calls.findIndex((call, at) => {
    const result = results[at] ?? 0;
    return call.optional !== true && result < 0 && result >= -4095;
  });
  if (index < 0) return null;
  const inLoop = request.calls[index]?.args.some(({ kind }) => kind === 'record') === true;
  return { kind: 'failed', index, errno: -(results[index] ?? 0), what: inLoop ? started.record() : null };
}
