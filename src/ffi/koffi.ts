/**
 * The only file that loads koffi. Its native part is loaded directly: koffi's own JavaScript around it costs 3.5 ms (Node 20)
 * to 7 ms (Node 24) of every start, and gives nothing that is used here (executor.md, section 12).
 */

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
  return nativePart(beside()) ?? installed() ?? (require('koffi') as Koffi);
}

/** Where it lies when the program was set up in its own directory: Node's search for a package costs more than koffi itself. */
function beside(): string {
  return `${import.meta.dirname}/../node_modules/${packaged('linux')}`;
}

/** Where Node finds it, for either libc. */
function installed(): Koffi | null {
  for (const libc of ['linux', 'musl'])
    try {
      const native = nativePart(require.resolve(packaged(libc)));
      if (native !== null) return native;
    } catch {
      // A layout that this file does not know: koffi's own loader does.
    }
  return null;
}

function packaged(libc: string): string {
  return `@koromix/koffi-linux-${process.arch}/${libc}_${process.arch}/koffi.node`;
}

/** null where it is not there, is of another version, or of another libc than ours: then dlopen(3) fails. */
function nativePart(file: string): Koffi | null {
  const module = { exports: {} as Koffi };
  try {
    process.dlopen(module, file);
  } catch {
    return null;
  }
  return module.exports.version === VERSION ? module.exports : null;
}
