/**
 * The only file that loads koffi. Its native part is loaded directly: koffi's own JavaScript around it costs 3.5 ms (Node 20)
 * to 7 ms (Node 24) of every start, and gives nothing that is used here (executor.md, section 12).
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A native pointer, as koffi gives and takes it. */
export type Pointer = bigint;
/** A native function; pointers may be given as addresses or as buffers that stay alive during the call. */
export type NativeFunction = (
  ...args: (number | bigint | string | ArrayBufferLike | Uint8Array | null)[]
) => number | bigint;

interface Library {
  func(name: string, result: string, args: readonly string[]): NativeFunction;
}

/** The part of koffi's native interface that is used (koffi 3.3). */
export interface Koffi {
  readonly version: string;
  load(path: string | null): Library;
  address(buffer: ArrayBufferLike): bigint;
  proto(name: string, result: string, args: readonly string[]): unknown;
  decode(pointer: bigint, type: unknown): NativeFunction;
  errno(): number;
  readonly node: {
    poll(
      fd: number,
      options: { readable: boolean },
      done: (status: number, events: unknown) => void,
    ): { stop(): void; close(): void };
  };
}

const VERSION = '3.3.4';
let loaded: Koffi | undefined;

/**
 * koffi's native interface; loaded on first use.
 * @throws Error where no koffi for this machine is installed
 */
export function koffi(): Koffi {
  loaded ??= loadKoffi();
  return loaded;
}

function loadKoffi(): Koffi {
  const require = createRequire(import.meta.url);
  try {
    const libc = isMusl() ? 'musl' : 'linux';
    const file = require.resolve(`@koromix/koffi-linux-${process.arch}/${libc}_${process.arch}/koffi.node`);
    const module = { exports: {} as Koffi };
    process.dlopen(module, file);
    if (module.exports.version === VERSION) return module.exports;
  } catch {
    // A layout that this file does not know: koffi's own loader does.
  }
  return require('koffi') as Koffi;
}

/** Whether this Node was linked with musl: the loader's path (PT_INTERP) stands in the first page of its ELF file. */
function isMusl(): boolean {
  const head = Buffer.alloc(4096);
  const fd = openSync('/proc/self/exe', 'r');
  try {
    return head.subarray(0, readSync(fd, head)).includes('/ld-musl-');
  } finally {
    closeSync(fd);
  }
}
