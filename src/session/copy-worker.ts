/** A worker thread of a copy (crew.ts): copies the directories that it is handed, and reports at the end. */
import { workerData } from 'node:worker_threads';
import { fail } from '../base/failure.ts';
import { copyDirectory, startCopying } from './copy-directory.ts';
import { type Done, type Hired, OWN, SHARED, type Task } from './crew.ts';

const { from, to, share, ownIdentity, startedAtMs, links, shared, words, port } = workerData as Hired;
const copying = startCopying(from, to, share, shared);
copying.ownIdentity = ownIdentity;
copying.startedAtMs = startedAtMs;

function work({ path, frame }: Task): void {
  const before = copying.report.files;
  copying.prefix = path;
  copying.frames.push(frame);
  try {
    copyDirectory(copying, { path: to, directory: links });
  } catch (error) {
    // A bug of ours: said by the main thread, which waits for no event.
    copying.failure ??= fail('make the working copy', { because: String(error) }).failure;
  }
  if (copying.failure !== null) Atomics.store(shared, SHARED.stop, 1);
  Atomics.add(shared, words + OWN.files, copying.report.files - before);
  Atomics.sub(shared, words + OWN.pending, 1);
}

port.on('message', (task: Task | null) => {
  if (task !== null) {
    work(task);
    return;
  }
  port.postMessage({ report: copying.report, failure: copying.failure } satisfies Done);
  port.close();
  Atomics.store(shared, words + OWN.ended, 1);
  Atomics.notify(shared, words + OWN.ended);
});
Atomics.store(shared, words + OWN.ready, 1);
