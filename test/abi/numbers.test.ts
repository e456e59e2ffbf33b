import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Architecture, SYSCALL_NAMES, syscallNumber } from '../../src/ffi/syscalls.ts';
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
