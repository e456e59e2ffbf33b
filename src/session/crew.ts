/**
 * Worker threads that take over parts of a big copy. The copy stays synchronous: the main thread walks, hands open directories over, and
 * waits with Atomics. Descriptors are the process's, so no path is opened twice.
 */
import { existsSync } from 'node:fs';
import type * as System from 'node:os';
import type * as Threads from 'node:worker_threads';
import type { MessagePort, Worker } from 'node:worker_threads';
import type { Failure } from '../base/failure.ts';
import type { HostPath } from '../base/path.ts';
import { type Copying, currentPath, type Frame } from './copying.ts';
import type { CopyReport } from './session.ts';

/** A directory that is handed over: open on both sides, its copy made and still empty. */
export interface Task {
  readonly path: string;
  readonly frame: Frame;
}

/** What a worker is started with. */
export interface Hired {
  readonly from: HostPath;
  readonly to: HostPath;
  readonly share: boolean;
  readonly ownIdentity: string;
  readonly startedAtMs: number;
  /** The staging directory of hard links. */
  readonly links: number;
  readonly shared: Int32Array;
  /** Its first word in `shared`. */
  readonly words: number;
  readonly port: MessagePort;
}

/** What a worker says at the end. */
export interface Done {
  readonly report: CopyReport;
  readonly failure: Failure | null;
}

/** The words that all share; then those of each worker. */
export const SHARED = { stop: 0, size: 1 } as const;
export const OWN = { ready: 0, pending: 1, files: 2, ended: 3, size: 4 } as const;

export interface Crew {
  readonly shared: Int32Array;
  readonly members: readonly { readonly worker: Worker; readonly port: MessagePort; readonly words: number }[];
}

/** Two tasks each: one under way, one waiting. */
const TASKS = 2;
const MOST_WORKERS = 3;

/** Loaded by big copies only: it costs each start 2 ms. */
function threads(): typeof Threads {
  return require('node:worker_threads') as typeof Threads;
}

/** Starts the workers; null where there is one processor only, or the worker's program is not there. */
export function hire(copying: Copying, links: number): Crew | null {
  const program = `${import.meta.dirname}/copy-worker.cjs`;
  const count = Math.min(MOST_WORKERS, (require('node:os') as typeof System).availableParallelism() - 1);
  if (count < 1 || !existsSync(program)) return null;
  const shared = new Int32Array(new SharedArrayBuffer(4 * (SHARED.size + OWN.size * count)));
  const { MessageChannel, Worker } = threads();
  const members = Array.from({ length: count }, (_, index) => {
    const { port1, port2 } = new MessageChannel();
    const words = SHARED.size + index * OWN.size;
    const { from, to, offers, ownIdentity, startedAtMs } = copying;
    const hired: Hired = { from, to, share: offers.clone, ownIdentity, startedAtMs, links, shared, words, port: port2 };
    const worker = new Worker(program, { workerData: hired, transferList: [port2], stdin: false });
    worker.unref();
    // Said by the worker itself, in words that a blocked main thread can read.
    worker.on('error', () => undefined);
    return { worker, port: port1, words };
  });
  return { shared, members };
}

/** Hands a directory over where a worker has time for it. @returns whether it is the worker's now */
export function handOver({ shared, members }: Crew, copying: Copying, frame: Frame): boolean {
  const free = members.find(
    ({ words }) => Atomics.load(shared, words + OWN.ready) === 1 && Atomics.load(shared, words + OWN.pending) < TASKS,
  );
  if (free === undefined) return false;
  Atomics.add(shared, free.words + OWN.pending, 1);
  free.port.postMessage({ path: currentPath(copying), frame } satisfies Task);
  return true;
}

/** How many files the workers have copied so far. */
export function filesOfCrew({ shared, members }: Crew): number {
  return members.reduce((sum, { words }) => sum + Atomics.load(shared, words + OWN.files), 0);
}

/** Waits for the workers' last tasks, and adds their reports to the copy's. */
export function dismiss({ shared, members }: Crew, copying: Copying): void {
  if (copying.failure !== null) Atomics.store(shared, SHARED.stop, 1);
  for (const { port, words, worker } of members) {
    if (Atomics.load(shared, words + OWN.ready) === 0) {
      void worker.terminate();
      continue;
    }
    port.postMessage(null);
    Atomics.wait(shared, words + OWN.ended, 0);
    const done = threads().receiveMessageOnPort(port)?.message as Done | undefined;
    port.close();
    if (done !== undefined) take(copying, done);
  }
}

function take(copying: Copying, { report, failure }: Done): void {
  const own = copying.report;
  own.files += report.files;
  own.directories += report.directories;
  own.others += report.others;
  own.bytes += report.bytes;
  own.skippedCount += report.skippedCount;
  own.skipped.push(...report.skipped);
  own.changed ??= report.changed;
  copying.failure ??= failure;
}
