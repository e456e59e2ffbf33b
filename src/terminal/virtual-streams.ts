/** The streams that Ink takes for a terminal: what it reads comes from the router, what it writes goes to a screen in memory. */
import { PassThrough, Writable } from 'node:stream';

export interface VirtualInput {
  readonly stream: NodeJS.ReadStream;
  /** Bytes that Ink reads. */
  feed(bytes: Buffer | string): void;
}

/** An input that says it is a terminal; raw mode is the outer terminal's business. */
export function virtualInput(): VirtualInput {
  const through = new PassThrough();
  const stream = Object.assign(through, {
    isTTY: true,
    isRaw: true,
    setRawMode: () => stream,
    ref: () => stream,
    unref: () => stream,
  }) as unknown as NodeJS.ReadStream;
  return { stream, feed: bytes => void through.write(bytes) };
}

export interface VirtualOutput {
  readonly stream: NodeJS.WriteStream;
  resize(columns: number, rows: number): void;
}

/**
 * An output that says it is a terminal.
 * @param write gets what is written; `done` asks for more
 */
export function virtualOutput(
  columns: number,
  rows: number,
  write: (bytes: Buffer, done: () => void) => void,
): VirtualOutput {
  const writable = new Writable({ write: (chunk: Buffer, _encoding, done) => write(chunk, () => done()) });
  const stream = Object.assign(writable, { isTTY: true, columns, rows }) as unknown as NodeJS.WriteStream;
  return {
    stream,
    resize: (width, height) => {
      stream.columns = width;
      stream.rows = height;
      stream.emit('resize');
    },
  };
}
