/** Lets the kernel refuse system calls to a program: a filter of the test's own, for things that no disk does on demand. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownArchitecture, type SyscallName, syscallNumber } from '../../src/ffi/syscalls.ts';
import { BPF, filterBytes, type Instruction, SECCOMP } from '../../src/sandbox/bpf.ts';
import { scratchDirectory } from './scratch.ts';

export interface RefusedCall {
  readonly call: SyscallName;
  readonly errno: number;
  /** Only where all these bits of an argument are set. */
  readonly when?: { readonly argument: number; readonly bits: number };
}

const instruction = (code: number, k: number, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });

function program({ call, errno, when }: RefusedCall): readonly Instruction[] {
  const bits =
    when === undefined ? [] : [...Array(32).keys()].map(bit => 2 ** bit).filter(bit => (when.bits & bit) !== 0);
  // Every test that fails jumps to the last instruction.
  const tests = bits.map((bit, index) => instruction(BPF.JSET_K, bit, 0, bits.length - index));
  const argument = when === undefined ? [] : [instruction(BPF.LD_W_ABS, 16 + 8 * when.argument), ...tests];
  return [
    instruction(BPF.LD_W_ABS, 0),
    instruction(BPF.JEQ_K, syscallNumber(call, ownArchitecture()), 0, argument.length + 1),
    ...argument,
    instruction(BPF.RET_K, SECCOMP.RET_ERRNO + errno),
    instruction(BPF.RET_K, SECCOMP.RET_ALLOW),
  ];
}

/** Calls `action` with the words that start a program under the filter (bwrap(1)), and the descriptor that it has to get as its third. */
export function withRefused<T>(refused: RefusedCall, action: (words: readonly string[], fd: number) => T): T {
  const file = join(scratchDirectory('filter'), 'bpf');
  writeFileSync(file, filterBytes(program(refused)));
  const fd = openSync(file, 'r');
  try {
    return action(['bwrap', '--dev-bind', '/', '/', '--seccomp', '3'], fd);
  } finally {
    closeSync(fd);
  }
}
