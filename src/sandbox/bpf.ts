/**
 * A seccomp filter as classic BPF: from rules to the instructions that the kernel runs at each system call (seccomp(2), bpf(4)).
 * Pure: what the kernel gets is a function of the rules, and the tests run it in an interpreter.
 */
import { ABIS, type Abi, type FilteredCall } from './filtered-calls.ts';

/** Calls that are refused. */
export interface FilterRule {
  readonly calls: readonly FilteredCall[];
  /** Only where the low 32 bits of the argument have one of the bits, or are one of the values; absent: always. */
  readonly when?: ArgumentTest;
  readonly errno: 'EPERM' | 'ENOTSUP' | 'ENOSYS' | 'EAFNOSUPPORT';
}

/** A test of the low 32 bits of an argument: the calls below have no wider ones that matter. */
export type ArgumentTest =
  | { readonly argument: number; readonly anyBit: number }
  | { readonly argument: number; readonly oneOf: readonly number[] };

/** `struct sock_filter` (linux/filter.h). */
export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** linux/bpf_common.h: load a word of the data, jumps on it, return. */
export const BPF = { LD_W_ABS: 0x20, JEQ_K: 0x15, JSET_K: 0x45, RET_K: 0x06 } as const;
/** linux/seccomp.h. */
export const SECCOMP = { RET_ALLOW: 0x7fff0000, RET_ERRNO: 0x00050000, RET_KILL_PROCESS: 0x80000000 } as const;
/** Offsets in `struct seccomp_data`; both architectures are little-endian, so an argument's low word comes first. */
const DATA = { number: 0, architecture: 4, argument: (index: number): number => 16 + 8 * index } as const;
const ERRNO = { EPERM: 1, ENOSYS: 38, ENOTSUP: 95, EAFNOSUPPORT: 97 } as const;

const load = (k: number): Instruction => ({ code: BPF.LD_W_ABS, jt: 0, jf: 0, k });
const give = (k: number): Instruction => ({ code: BPF.RET_K, jt: 0, jf: 0, k });
/** Skips `otherwise` instructions where the test fails. */
const unless = (code: number, k: number, otherwise: number): Instruction => ({ code, jt: 0, jf: otherwise, k });

/**
 * The instructions for all system call interfaces that a process of the architecture can use. What is not refused is allowed; an
 * interface that is not known ends the process, as with libseccomp, which Nix uses.
 * @param architecture the machine's
 */
export function filterProgram(
  rules: readonly FilterRule[],
  architecture: 'x86_64' | 'aarch64',
): readonly Instruction[] {
  const sections = ABIS[architecture].map(({ audit, abis }) => {
    const tests = abis.flatMap(abi => rules.flatMap(rule => ruleInstructions(rule, abi)));
    const body = [load(DATA.number), ...tests, give(SECCOMP.RET_ALLOW)];
    return skipping(audit, body);
  });
  return [load(DATA.architecture), ...sections.flat(), give(SECCOMP.RET_KILL_PROCESS)];
}

/** `body`, where the loaded word is `value`. */
function skipping(value: number, body: readonly Instruction[]): readonly Instruction[] {
  return [unless(BPF.JEQ_K, value, reach(body.length)), ...body];
}

/** Each call is a test of its own, so that every jump stays short. */
function ruleInstructions({ calls, when, errno }: FilterRule, abi: Abi): readonly Instruction[] {
  const refuse = give(SECCOMP.RET_ERRNO + ERRNO[errno]);
  const numbers = calls.flatMap(name => abi.numbers[name] ?? []);
  if (when === undefined) return numbers.flatMap(number => skipping(number, [refuse]));
  const tests = 'anyBit' in when ? [unless(BPF.JSET_K, when.anyBit, 1), refuse] : oneOf(when.oneOf, refuse);
  const body = [load(DATA.argument(when.argument)), ...tests, give(SECCOMP.RET_ALLOW)];
  return numbers.flatMap(number => skipping(number, body));
}

function oneOf(values: readonly number[], refuse: Instruction): readonly Instruction[] {
  return values.flatMap(value => [unless(BPF.JEQ_K, value, 1), refuse]);
}

/** @throws Error where a jump would be longer than its 8 bits: rules too many for one section, a bug */
function reach(distance: number): number {
  if (distance > 255) throw new Error(`a jump over ${distance} instructions`);
  return distance;
}

/** The instructions as the kernel reads them: an array of `struct sock_filter`. */
export function filterBytes(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(8 * instructions.length);
  const view = new DataView(bytes.buffer);
  instructions.forEach(({ code, jt, jf, k }, index) => {
    view.setUint16(8 * index, code, true);
    view.setUint8(8 * index + 2, jt);
    view.setUint8(8 * index + 3, jf);
    view.setUint32(8 * index + 4, k, true);
  });
  return bytes;
}
