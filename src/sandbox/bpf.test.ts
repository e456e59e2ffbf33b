import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BPF, filterBytes, filterProgram, type Instruction, SECCOMP } from './bpf.ts';
import { filterRules } from './filter-rules.ts';
import { ABIS, type Abi, type FilteredCall } from './filtered-calls.ts';

/** What a process asks the kernel for. */
interface Asked {
  readonly audit: number;
  readonly number: number;
  readonly args: readonly number[];
}

/** Runs the program over `struct seccomp_data`, as net/core/filter.c does. */
function decide(program: readonly Instruction[], { audit, number, args }: Asked): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(audit, 4);
  args.forEach((arg, index) => data.writeBigUInt64LE(BigInt(arg), 16 + 8 * index));
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const step = program[at];
    assert.ok(step !== undefined, 'the program runs past its end');
    const { code, jt, jf, k } = step;
    if (code === BPF.RET_K) return k;
    if (code === BPF.LD_W_ABS) accumulator = data.readUInt32LE(k);
    else if (code === BPF.JEQ_K) at += accumulator === k ? jt : jf;
    else if (code === BPF.JSET_K) at += (accumulator & k) !== 0 ? jt : jf;
    else assert.fail(`unknown instruction ${code}`);
  }
}

const EPERM = SECCOMP.RET_ERRNO + 1;
const ENOTSUP = SECCOMP.RET_ERRNO + 95;
const ENOSYS = SECCOMP.RET_ERRNO + 38;
const EAFNOSUPPORT = SECCOMP.RET_ERRNO + 97;
const ALLOW: number = SECCOMP.RET_ALLOW;

const OLD = filterRules({ system: 'nix', layout: 'flat' }, false, 'closed');
const NEW = filterRules({ system: 'nix', layout: 'build' }, false, 'closed');
const LIX = filterRules({ system: 'lix', layout: 'b' }, false, 'closed');
const GUIX = filterRules({ system: 'guix', layout: 'flat' }, false, 'closed');
const SHARED = filterRules({ system: 'nix', layout: 'build' }, true, 'closed');

/** call, its arguments, what Nix 2.8 answers, and what Nix 2.24 does. */
const CASES: readonly (readonly [FilteredCall, readonly number[], number, number])[] = [
  ['chmod', [1, 0o4755], EPERM, EPERM],
  ['chmod', [1, 0o2755], EPERM, EPERM],
  ['chmod', [1, 0o1777], ALLOW, ALLOW],
  ['chmod', [0o6000, 0o755], ALLOW, ALLOW],
  ['fchmod', [3, 0o6000], EPERM, EPERM],
  ['fchmod', [0o4000, 0o644], ALLOW, ALLOW],
  ['fchmodat', [3, 1, 0o4000], EPERM, EPERM],
  ['fchmodat', [3, 0o4000, 0o444], ALLOW, ALLOW],
  ['fchmodat2', [3, 1, 0o2000, 0], EPERM, EPERM],
  ['fchmodat2', [3, 1, 0o700, 0], ALLOW, ALLOW],
  ['setxattr', [], ENOTSUP, ENOTSUP],
  ['lsetxattr', [], ENOTSUP, ENOTSUP],
  ['fsetxattr', [], ENOTSUP, ENOTSUP],
  ['getxattr', [], ALLOW, ENOTSUP],
  ['lgetxattr', [], ALLOW, ENOTSUP],
  ['fgetxattr', [], ALLOW, ENOTSUP],
  ['listxattr', [], ALLOW, ALLOW],
  ['ioctl', [0, 0x5412, 1], EPERM, EPERM],
  ['ioctl', [0, 0x541c, 1], EPERM, EPERM],
  ['ioctl', [0x5412, 0x5413], ALLOW, ALLOW],
  // The kernel looks at the low 32 bits: so must the filter.
  ['ioctl', [0, 0x1_0000_5412, 1], EPERM, EPERM],
  ['keyctl', [0], ENOSYS, ENOSYS],
  ['socket', [40, 1, 0], EAFNOSUPPORT, EAFNOSUPPORT],
  ['socket', [0x1_0000_0028, 1, 0], EAFNOSUPPORT, EAFNOSUPPORT],
  ['socket', [2, 40, 0], ALLOW, ALLOW],
  ['socketcall', [1, 0], ENOSYS, ENOSYS],
  ['io_uring_setup', [1, 0], ENOSYS, ENOSYS],
];
/** What is refused to builds of every system. */
const OURS: readonly FilteredCall[] = ['ioctl', 'keyctl', 'socket', 'socketcall', 'io_uring_setup'];

const INTERFACES: readonly (readonly ['x86_64' | 'aarch64', number, Abi])[] = (['x86_64', 'aarch64'] as const).flatMap(
  machine => ABIS[machine].flatMap(({ audit, abis }) => abis.map(abi => [machine, audit, abi] as const)),
);

for (const [machine, audit, abi] of INTERFACES)
  describe(`a program of ${abi.name} on ${machine}`, () => {
    const ask = (rules: typeof OLD, call: FilteredCall, args: readonly number[]): number | null => {
      const number = abi.numbers[call];
      return number === undefined ? null : decide(filterProgram(rules, machine), { audit, number, args });
    };
    for (const [call, args, old, young] of CASES)
      test(`${call}(${args.map(arg => `0x${arg.toString(16)}`).join(', ')})`, () => {
        const known = abi.numbers[call] !== undefined;
        assert.equal(ask(OLD, call, args), known ? old : null);
        assert.equal(ask(NEW, call, args), known ? young : null);
        assert.equal(ask(LIX, call, args), known ? old : null);
        assert.equal(ask(GUIX, call, args), known ? (OURS.includes(call) ? old : ALLOW) : null);
      });

    test("signals to one's own process group are refused where that is the caller's", () => {
      const cases: readonly (readonly [FilteredCall, readonly number[], number])[] = [
        ['kill', [0, 15], EPERM],
        ['kill', [0x1_0000_0000, 9], EPERM],
        ['kill', [12, 15], ALLOW],
        ['kill', [0xffff_ffff, 15], ALLOW],
      ];
      for (const [call, args, answer] of cases) {
        assert.equal(ask(SHARED, call, args), answer);
        assert.equal(ask(NEW, call, args), ALLOW);
      }
      assert.equal(ask(SHARED, 'setxattr', []), ENOTSUP);
    });

    test('with --net, what belongs to the network is allowed; to a build for i686, its only way to sockets', () => {
      const net = filterRules({ system: 'nix', layout: 'build' }, false, 'network');
      for (const call of ['socket', 'socketcall', 'io_uring_setup'] as const)
        assert.equal(ask(net, call, [40]) ?? ALLOW, ALLOW, call);
      const i686 = filterRules({ system: 'nix', layout: 'build' }, false, 'closed, i686');
      assert.equal(ask(i686, 'socketcall', [1]) ?? ALLOW, ALLOW);
    });

    test('every other call is allowed', () => {
      const filtered = new Set(Object.values(abi.numbers));
      for (let number = 0; number < 600; number += 1) {
        const own = number + (abi.name === 'x32' ? 0x40000000 : 0);
        if (!filtered.has(own))
          assert.equal(decide(filterProgram(NEW, machine), { audit, number: own, args: [0, 0o6000, 0o6000] }), ALLOW);
      }
    });
  });

test('an interface that is not known ends the process', () => {
  const asked = { audit: 0xc0000015, number: 90, args: [] };
  assert.equal(decide(filterProgram(NEW, 'x86_64'), asked), SECCOMP.RET_KILL_PROCESS);
});

test('instructions are written as struct sock_filter', () => {
  const bytes = filterBytes([{ code: 0x15, jt: 2, jf: 3, k: 0xc000003e }]);
  assert.deepEqual([...bytes], [0x15, 0, 2, 3, 0x3e, 0, 0, 0xc0]);
});

test('a filter has fewer instructions than the kernel takes', () => {
  for (const machine of ['x86_64', 'aarch64'] as const)
    assert.ok(filterProgram(NEW, machine).length < 4096, String(filterProgram(NEW, machine).length));
});
