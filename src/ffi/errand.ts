/**
 * An errand: a child of a moment, in namespaces of its own, that makes a few calls and ends. It shares our memory and our descriptors, so
 * what it opens is ours, and it can do what a process of several threads cannot: be the only one in a new namespace.
 */
import type { Call } from '../base/call.ts';
import { errandEntries } from './compile.ts';
import { tableFor } from './files.ts';
import { OWN_CELLS, ownFrame } from './frame.ts';
import { allocate } from './memory.ts';
import { type Failed, failedBefore } from './request.ts';
import { mapStub } from './stub.ts';
import { ownArchitecture, syscall } from './syscalls.ts';
import { resultsIn } from './table.ts';

const CLONE_FILES = 0x400;
/** An errand is given numbers: nothing exists only when it runs. */
const NOTHING = {
  launcher: -1,
  pollLauncher: -1,
  init: -1,
  status: -1,
  tree: -1,
  sandbox: -1,
  records: new Map(),
} as const;

/**
 * Returns when its calls are made. Descriptors that one of its calls opened for another (`result`) are closed again.
 * @param cloneFlags its CLONE_NEW* flags
 * @returns the calls' results, or the call that failed; nothing stays open then
 */
export function runErrand(cloneFlags: number, calls: readonly Call[]): readonly number[] | Failed {
  const stub = codePage();
  if (typeof stub === 'number') return failedBefore('mmap(NULL, 4096, PROT_READ|PROT_EXEC, …)', stub);
  const frame = ownFrame(CLONE_FILES + cloneFlags);
  const layout = tableFor([...frame, ...errandEntries(calls, NOTHING)], OWN_CELLS, ownArchitecture());
  const table = allocate(layout.size);
  layout.write(new Uint8Array(table.buffer), table.address);
  const pid = stub(table);
  if (pid < 0) return { kind: 'failed', index: -1, errno: -pid, what: null };
  syscall('close', table.view.getInt32(layout.cells.get('pidfd') ?? 0, true));
  reapErrands();
  unreaped.push(pid);
  const results = resultsIn(table.bytes, frame.length, calls.length);
  const index = results.findIndex((result, at) => result < 0 && calls[at]?.optional !== true);
  calls.forEach((call, at) => {
    const opened = call.result !== undefined || (index >= 0 && OPENS.includes(call.name));
    const result = results[at] ?? 0;
    // What was never called has a result of 0, as no descriptor that is opened here can have.
    if (opened && result > 0) syscall('close', result);
  });
  return index < 0 ? results : { kind: 'failed', index, errno: -(results[index] ?? 0), what: null };
}

/**
 * Its results are there when it lets go of our memory; its end takes some milliseconds more where it has a mount namespace, which the kernel
 * takes apart. So nobody waits for that at once.
 */
const unreaped: number[] = [];

/** Waits for the end of the errands that were made; to be called when there is nothing else to do. */
export function reapErrands(): void {
  for (const pid of unreaped.splice(0)) syscall('wait4', pid, 0, 0, 0);
}

const OPENS = ['openat', 'open_tree'];

function codePage(): ReturnType<typeof mapStub> {
  const stub = mapStub('memfd');
  return typeof stub === 'number' ? mapStub('anonymous') : stub;
}
