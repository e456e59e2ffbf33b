/** From symbolic calls to the entries of the child's part of a table (executor.md, section 4). */
import type { Arg, Call, RuntimeValue } from '../base/call.ts';
import { toBytes } from '../base/path.ts';
import { SYSCALL_NAMES, type SyscallName } from './syscalls.ts';
import { type Entry, type Value, WORD } from './table.ts';

/** The statuses with which the child ends when a call failed, and when its launcher had died before. */
export const CHILD_FAILED = 127;
export const CHILD_ORPHANED = 126;

/** What the runtime arguments of calls become: descriptors, by name. */
export type Runtime = Readonly<Record<RuntimeValue, Value>>;

/** @throws Error on a NUL byte inside: whoever made the call should have refused it */
function checked(text: string): string {
  if (text.includes('\0')) throw new Error(`a NUL byte in ${JSON.stringify(text)}`);
  return text;
}

/** A NUL-terminated string. @throws Error as {@link checked} */
export function terminated(text: string): Buffer {
  return toBytes(`${checked(text)}\0`);
}

const known: ReadonlySet<string> = new Set(SYSCALL_NAMES);

function syscallName(name: string): SyscallName {
  if (!known.has(name)) throw new Error(`no number is known for the system call ${name}`);
  return name as SyscallName;
}

function value(arg: Arg, runtime: Runtime): Value {
  switch (arg.kind) {
    case 'number':
      return arg.value;
    case 'text':
      return { text: checked(arg.value) };
    case 'bytes':
      return { pointTo: Buffer.from(arg.base64, 'base64') };
    case 'counted':
      return { count: arg.count, of: Buffer.from(arg.base64, 'base64') };
    case 'vector':
      return { vector: arg.values.map(terminated) };
    case 'result':
      return 0; // written by the call that has the result
    case 'runtime':
      return runtime[arg.of];
  }
}

/** The label of the child's n-th call. */
export function callLabel(index: number): string {
  return `call ${index}`;
}

/** Where the result of call `index` goes: the argument word of the one later call that wants it. */
function target(calls: readonly Call[], index: number): Entry['store'] {
  const name = calls[index]?.result;
  if (name === undefined) return undefined;
  for (let later = index + 1; later < calls.length; later += 1) {
    const at = calls[later]?.args.findIndex(arg => arg.kind === 'result' && arg.of === name) ?? -1;
    if (at >= 0) return { label: callLabel(later), word: WORD.a0 + at };
  }
  throw new Error(`nobody wants the result ${name}`);
}

/** The child's part: one entry per call, in order; it never reaches an end entry, which would return into V8. */
export function childEntries(calls: readonly Call[], runtime: Runtime): readonly Entry[] {
  if (!calls.at(-1)?.name.startsWith('execve')) throw new Error("the child's part must end in exec");
  return [...callEntries(calls, runtime), ...CHILD_ENDS];
}

/** The part of a child that executes nothing: it ends after its last call. */
export function errandEntries(calls: readonly Call[], runtime: Runtime): readonly Entry[] {
  return [...callEntries(calls, runtime), { call: 'exit_group', args: [0] }, ...CHILD_ENDS];
}

const CHILD_ENDS: readonly Entry[] = [
  { label: 'failed', call: 'exit_group', args: [CHILD_FAILED] },
  { label: 'orphaned', call: 'exit_group', args: [CHILD_ORPHANED] },
];

function callEntries(calls: readonly Call[], runtime: Runtime): readonly Entry[] {
  return calls.map((call, index): Entry => {
    const store = target(calls, index);
    return {
      label: callLabel(index),
      call: syscallName(call.name),
      args: call.args.map(arg => value(arg, runtime)),
      ...(store === undefined ? {} : { store }),
      ...(call.optional === true ? {} : { onError: 'failed' }),
      ...(call.refused === undefined ? {} : { match: call.refused, onMatch: 'orphaned' }),
    };
  });
}
