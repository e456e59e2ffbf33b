/**
 * The first carrier: our own process walks the table through the stub, on the main thread, synchronously: PR_SET_PDEATHSIG follows the
 * thread that cloned (executor.md, section 7).
 */
import { childEntries, RECORD } from './compile.ts';
import { type Files, runtimeOf, tableFor } from './files.ts';
import { OWN_CELLS, ownFrame } from './frame.ts';
import { allocate } from './memory.ts';
import type { Failed, LaunchRequest, Started } from './request.ts';
import type { Stub } from './stub.ts';
import { ownArchitecture } from './syscalls.ts';
import { resultsIn, textAt } from './table.ts';

/** Returns when init runs, or when a call of the child failed. */
export function startHere(run: Stub, request: LaunchRequest, files: Files): Started | Failed {
  const frame = ownFrame(request.cloneFlags);
  const entries = [...frame, ...childEntries(request.calls, runtimeOf(files, request))];
  const layout = tableFor(entries, OWN_CELLS, ownArchitecture());
  const table = allocate(layout.size);
  layout.write(new Uint8Array(table.buffer), table.address);
  const pid = run(table);
  if (pid < 0) return { kind: 'failed', index: -1, errno: -pid, what: null };
  return {
    init: pid,
    child: pid,
    pidfd: table.view.getInt32(layout.cells.get('pidfd') ?? 0, true),
    // The child shared our memory: its results stand in our table.
    results: () => resultsIn(table.bytes, frame.length, request.calls.length),
    record: () => textAt(table.bytes, layout.cells.get(RECORD.name) ?? 0),
  };
}
