/** A system call as data: what will be called, with which arguments, before it has an address or a number. */

/** An argument. `say` is how strace(1) would print it. */
export type Arg =
  | { readonly kind: 'number'; readonly value: number; readonly say?: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bytes'; readonly hex: string; readonly say: string }
  | { readonly kind: 'counted'; readonly count: number; readonly hex: string; readonly say: string }
  | { readonly kind: 'vector'; readonly values: readonly string[] }
  | { readonly kind: 'result'; readonly of: string }
  | Records
  | { readonly kind: 'record'; readonly at: number }
  | { readonly kind: 'runtime'; readonly of: RuntimeValue };

/**
 * The descriptor of a file in which `FROM/NAME` stands for each name, `size` bytes each: what a loop reads, record by record. The record that
 * was read last is the argument `record`, from its byte `at` on: 0 is the path, the length of `FROM/` the name.
 */
export interface Records {
  readonly kind: 'records';
  readonly from: string;
  readonly names: readonly string[];
  readonly size: number;
}

/** Values that exist only when the program runs: descriptors that the launcher opens. */
export type RuntimeValue = 'launcher' | 'pollLauncher' | 'init' | 'status' | 'tree' | 'sandbox';

export interface Call {
  readonly name: string;
  readonly args: readonly Arg[];
  /** Where the result is wanted by exactly one later call: the name in its `result` argument. */
  readonly result?: string;
  /** An error is no reason to stop. */
  readonly optional?: true;
  /** A result that is a failure, too, though no error. */
  readonly refused?: number;
  /** Where the result is `on`, it goes on so many calls further, or back: the way out of a loop, and its way back. */
  readonly branch?: { readonly on: number; readonly skip: number };
}

/** A number printed in decimal, or as `say`. */
export function num(value: number, say?: string): Arg {
  return say === undefined ? { kind: 'number', value } : { kind: 'number', value, say };
}

/** File mode bits, printed in octal. */
export function mode(value: number): Arg {
  return num(value, `0${value.toString(8)}`);
}

/** A NUL-terminated string. */
export function text(value: string): Arg {
  return { kind: 'text', value };
}

/** A pointer to a structure. */
export function bytes(value: Uint8Array, say: string): Arg {
  return { kind: 'bytes', hex: toHex(value), say };
}

/** A pointer to a structure of a 16-bit count and a pointer to that many things: `struct sock_fprog` (linux/filter.h). */
export function counted(count: number, value: Uint8Array, say: string): Arg {
  return { kind: 'counted', count, hex: toHex(value), say };
}

export const NULL: Arg = num(0, 'NULL');

/** A call that must succeed. */
export function call(name: string, ...args: readonly Arg[]): Call {
  return { name, args };
}

/** A call whose failure is not an error: the kernel may be too old for it. */
export function optional(name: string, ...args: readonly Arg[]): Call {
  return { name, args, optional: true };
}

/** Flags, each by its name: `flags({ MS_BIND: 4096, MS_REC: 16384 })` is printed `MS_BIND|MS_REC`. */
export function flags(named: Readonly<Record<string, number>>): Arg {
  const names = Object.keys(named);
  const value = Object.values(named).reduce((sum, bit) => sum + bit, 0);
  return num(value, names.length === 0 ? '0' : names.join('|'));
}

const LONGEST = 200;

function sayText(value: string): string {
  return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
}

function sayArg(arg: Arg): string {
  switch (arg.kind) {
    case 'number':
      return arg.say ?? String(arg.value);
    case 'text':
      return sayText(arg.value);
    case 'bytes':
    case 'counted':
      return arg.say;
    case 'vector':
      return `[${arg.values.slice(0, 8).map(sayText).join(', ')}${arg.values.length > 8 ? ', …' : ''}]`;
    case 'records':
      return `<${arg.names.length} paths of ${arg.from}>`;
    case 'record':
      return arg.at === 0 ? '<path>' : '<name>';
    case 'result':
    case 'runtime':
      return `<${arg.of}>`;
  }
}

/** The call in strace's form: `mount("/nix", "/…/nix", NULL, MS_BIND|MS_REC, NULL)`. */
export function sayCall({ name, args }: Call): string {
  return `${name}(${args.map(sayArg).join(', ')})`;
}

/** As {@link sayCall}, of a loop's call for one of its paths. */
export function sayCallOf({ name, args }: Call, path: string): string {
  return sayCall({ name, args: args.map(arg => (arg.kind === 'record' ? text(path.slice(arg.at)) : arg)) });
}

/** Two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** The bytes of what {@link toHex} gave, in memory of their own: that of a small Buffer is shared with others. */
export function fromHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
