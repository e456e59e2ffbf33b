/**
 * Writes to the real terminal without ever waiting for it: a stalled one (a dead SSH line, a stopped emulator) must not keep us from hearing
 * signals and keys. Node writes to terminals so that the whole process stands still until they have taken everything.
 */
import { writeSync } from 'node:fs';

export interface Writer {
  /** @returns false while the terminal is behind: wait for the drain */
  write(bytes: Uint8Array | string): boolean;
  onDrain(listener: () => void): void;
  /** Before the first write: from now on the terminal is not waited for. */
  begin(): void;
  /** The last words, which go out before anything else does: what waits is dropped, and it is given a second at most. */
  finish(text: string): void;
}

const FIRST_TRY_MS = 4;
const LAST_TRY_MS = 100;
const FINISH_MS = 1000;
/** Ends a sequence of which only the start went out (CAN; ECMA-48, 8.3.6). */
const CANCEL = '\u0018';

/** @param lost the terminal is gone (EIO, EPIPE) */
export function makeWriter(output: NodeJS.WriteStream, lost: () => void): Writer {
  const { fd } = output as unknown as { readonly fd?: number };
  if (fd === undefined) return throughStream(output);
  let rest: Uint8Array = Buffer.alloc(0);
  let timer: NodeJS.Timeout | null = null;
  let drained: () => void = () => undefined;

  /** Writes what the terminal takes now. @returns false where it is gone */
  const push = (): boolean => {
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (isFull(error)) return true;
      rest = Buffer.alloc(0);
      return false;
    }
    return true;
  };
  const tryLater = (waitMs: number): void => {
    timer = setTimeout(() => {
      timer = null;
      const before = rest.length;
      if (!push()) return lost();
      if (rest.length === 0) drained();
      else tryLater(rest.length < before ? FIRST_TRY_MS : Math.min(waitMs * 2, LAST_TRY_MS));
    }, waitMs);
  };
  return {
    write: bytes => {
      const more: Uint8Array = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
      rest = rest.length === 0 ? more : Buffer.concat([rest, more]);
      if (timer !== null) return false;
      if (!push()) lost();
      if (rest.length > 0) tryLater(FIRST_TRY_MS);
      return rest.length === 0;
    },
    onDrain: listener => void (drained = listener),
    begin: () => setBlocking(output, false),
    finish: text => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      rest = Buffer.from((rest.length > 0 ? CANCEL : '') + text, 'utf8');
      for (const end = Date.now() + FINISH_MS; push() && rest.length > 0 && Date.now() < end; ) pause(FIRST_TRY_MS);
      rest = Buffer.alloc(0);
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

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
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
