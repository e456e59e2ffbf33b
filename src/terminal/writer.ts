/**
 * Writes to the real terminal without ever waiting for it: a stalled one (a dead SSH line, a stopped emulator) must not keep us from hearing
 * signals and keys. Node writes to terminals so that the whole process stands still until they have taken everything.
 */
import { makeQueue } from './unwaited.ts';

export interface Writer {
  /** @returns false while the terminal is behind: wait for the drain */
  write(bytes: Uint8Array | string): boolean;
  onDrain(listener: () => void): void;
  /** Before the first write: from now on the terminal is not waited for. */
  begin(): void;
  /** The last words, which go out before anything else does: what waits is dropped, and it is given a second at most. */
  finish(text: string): void;
}

const TRY_MS = 4;
const FINISH_MS = 1000;
/** Ends a sequence of which only the start went out (CAN; ECMA-48, 8.3.6). */
const CANCEL = '\u0018';

/** @param lost the terminal is gone (EIO, EPIPE) */
export function makeWriter(output: NodeJS.WriteStream, lost: () => void): Writer {
  const { fd } = output as unknown as { readonly fd?: number };
  if (fd === undefined) return throughStream(output);
  let drained: () => void = () => undefined;
  let finishing = false;
  const queue = makeQueue(fd, { drained: () => drained(), lost: () => (finishing ? undefined : lost()) });
  return {
    write: bytes => queue.write(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes),
    onDrain: listener => void (drained = listener),
    begin: () => setBlocking(output, false),
    finish: text => {
      const words = Buffer.from((queue.waiting() > 0 ? CANCEL : '') + text, 'utf8');
      queue.drop();
      finishing = true;
      queue.write(words);
      for (const end = Date.now() + FINISH_MS; queue.push() && queue.waiting() > 0 && Date.now() < end; ) pause(TRY_MS);
      queue.drop();
      finishing = false;
      setBlocking(output, true);
    },
  };
}

/** For an output that is no file descriptor, as in tests. */
function throughStream(output: NodeJS.WriteStream): Writer {
  return {
    write: bytes => output.write(bytes),
    onDrain: listener => void output.on('drain', listener),
    begin: () => undefined,
    finish: text => void output.write(text),
  };
}

/** What libuv calls it (uv_stream_set_blocking); Node does it for every terminal and has no public name for it. */
function setBlocking(output: NodeJS.WriteStream, blocking: boolean): void {
  const { _handle: handle } = output as unknown as {
    readonly _handle?: { setBlocking?: (on: boolean) => void } | null;
  };
  handle?.setBlocking?.(blocking);
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
