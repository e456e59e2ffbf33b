/** From symbolic calls to the entries of the child's part of a table (executor.md, section 4). */
import type { Arg, Call, Records, RuntimeValue } from '../base/call.ts';
import { cell, type Entry, type Store, type Value, WORD } from './entry.ts';
import { knownSyscall } from './syscalls.ts';

/** The statuses with which the child ends when a call failed, and when its launcher had died before. */
const CHILD_FAILED = 127;
export const CHILD_ORPHANED = 126;

/** What the arguments become that are known only now: descriptors, by name, and of the records, in the order of the calls. */
export type Runtime = Readonly<Record<RuntimeValue, Value>> & { readonly records: ReadonlyMap<Records, number> };

/** The cell of the record that was read last; as large as a path can be. */
export const RECORD = { name: 'record', size: 4400 } as const;

/** The label of the child's n-th call, where something refers to it; the first one always has it. */
export function callLabel(index: number): string {
  return `call ${index}`;
}

/** Where results go, by the index of the call that has it, and which calls have a label for that. */
interface Results {
  readonly stores: ReadonlyMap<number, Store>;
  readonly labels: ReadonlyMap<number, string>;
}

/** A result goes into the argument word of the one later call that wants it. */
function resultsOf(calls: readonly Call[]): Results {
  const stores = new Map<number, Store>();
  const labels = new Map([[0, callLabel(0)]]);
  calls.forEach(({ branch }, index) => {
    if (branch !== undefined) labels.set(index + branch.skip, callLabel(index + branch.skip));
  });
  calls.forEach(({ result }, index) => {
    if (result === undefined) return;
    const later = calls.findIndex((call, at) => at > index && wants(call, result) >= 0);
    const user = calls[later];
    if (user === undefined) throw new Error(`nobody wants the result ${result}`);
    const label = callLabel(later);
    labels.set(later, label);
    stores.set(index, { kind: 'word', label, word: WORD.a0 + wants(user, result) });
  });
  return { stores, labels };
}

/** Which argument of the call is that result; -1 for none. */
function wants({ args }: Call, result: string): number {
  return args.findIndex(arg => arg.kind === 'result' && arg.of === result);
}

function isRuntime({ kind }: Arg): boolean {
  return kind === 'runtime' || kind === 'records' || kind === 'record';
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
  const { stores, labels } = resultsOf(calls);
  const value = (arg: Arg): Value => {
    if (arg.kind === 'runtime') return runtime[arg.of];
    if (arg.kind === 'record') return cell(RECORD.name, arg.at);
    return arg.kind === 'records' ? (runtime.records.get(arg) ?? -1) : arg;
  };
  return calls.map(
    ({ name, args, optional, refused, branch }, index): Entry => ({
      label: labels.get(index),
      call: knownSyscall(name),
      // Most arguments are what the table takes as it is.
      args: args.some(isRuntime) ? args.map(value) : (args as readonly Value[]),
      store: stores.get(index),
      onError: optional === true ? undefined : 'failed',
      match: branch?.on ?? refused,
      onMatch: branch !== undefined ? callLabel(index + branch.skip) : refused === undefined ? undefined : 'orphaned',
    }),
  );
}
