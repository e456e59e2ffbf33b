import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Architecture, SYSCALL_NAMES, syscallNumber } from '../../src/ffi/syscalls.ts';
import { ABIS, type Abi } from '../../src/sandbox/filtered-calls.ts';
import { expandedInC } from '../support/c-compiler.ts';
import { missing } from '../support/need.ts';

/** x86_64's own list, and the generic one with what arch/arm64/include/uapi/asm/unistd.h asks of it. */
const HEADERS: Readonly<Record<Architecture, readonly string[]>> = {
  x86_64: ['#include <asm/unistd_64.h>'],
  aarch64: [
    '#define __BITS_PER_LONG 64',
    '#define __ARCH_WANT_RENAMEAT',
    '#define __ARCH_WANT_NEW_STAT',
    '#define __ARCH_WANT_SET_GET_RLIMIT',
    '#include <asm-generic/unistd.h>',
  ],
};

/** Of generic calls that exist for 32 and 64 bits, the number is a macro of a macro, or a sum. */
function number(text: string | undefined): number {
  assert.match(text ?? 'nothing', /^\(?\d+( \+ \d+)?\)?$/);
  return (text ?? '').split('+').reduce((sum, part) => sum + Number(part.replaceAll(/[() ]/g, '')), 0);
}

const skip = missing('cc');
for (const [architecture, headers] of Object.entries(HEADERS) as [Architecture, readonly string[]][]) {
  test(`the system call numbers of ${architecture} are those of the kernel's headers`, { skip }, () => {
    const macros = SYSCALL_NAMES.map(name => `__NR_${name}`);
    const known = expandedInC(headers, macros);
    const wrong = SYSCALL_NAMES.filter(name => number(known.get(`__NR_${name}`)) !== syscallNumber(name, architecture));
    assert.deepEqual(wrong, []);
  });
}

/** Of ARM's 32-bit interface the headers are not everywhere: its numbers were read in arch/arm/tools/syscall.tbl. */
const FILTER_HEADERS: Readonly<Partial<Record<Abi['name'], readonly string[]>>> = {
  x86_64: HEADERS.x86_64,
  x32: ['#define __X32_SYSCALL_BIT 0x40000000', '#include <asm/unistd_x32.h>'],
  i386: ['#include <asm/unistd_32.h>'],
  aarch64: HEADERS.aarch64,
};

for (const { name, numbers } of Object.values(ABIS).flatMap(sections => sections.flatMap(({ abis }) => abis))) {
  const headers = FILTER_HEADERS[name];
  if (headers === undefined) continue;
  test(`the filter's numbers of ${name} are those of the kernel's headers`, { skip }, () => {
    const known = expandedInC(
      headers,
      Object.keys(numbers).map(call => `__NR_${call}`),
    );
    for (const [call, ours] of Object.entries(numbers)) {
      const text = known.get(`__NR_${call}`) ?? '';
      // Newer than the headers of some machines, and the same number everywhere.
      if (call === 'fchmodat2' && text === '__NR_fchmodat2') continue;
      const bit = text.includes('0x40000000') ? 0x40000000 : 0;
      assert.equal(number(text.replace(/0x40000000 ?\+ ?/, '')) + bit, ours, call);
    }
  });
}
