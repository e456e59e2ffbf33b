import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toHex } from '../../src/base/call.ts';
import { stubCode } from '../../src/ffi/stub.ts';
import type { Architecture } from '../../src/ffi/syscalls.ts';
import { type Fact, missing } from '../support/need.ts';
import { PROJECT } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';

const TOOLS: readonly (readonly [Architecture, prefix: string, Fact])[] = [
  ['x86_64', process.arch === 'x64' ? '' : 'x86_64-linux-gnu-', 'cc'],
  ['aarch64', process.arch === 'arm64' ? '' : 'aarch64-linux-gnu-', 'aarch64-assembler'],
];

for (const [architecture, prefix, fact] of TOOLS) {
  test(`the stub of ${architecture} is what its listing assembles to`, { skip: missing(fact) }, () => {
    const directory = scratchDirectory('as');
    const object = join(directory, 'stub.o');
    execFileSync(`${prefix}as`, [join(PROJECT, `docs/executor-${architecture}.s`), '-o', object]);
    execFileSync(`${prefix}objcopy`, ['-O', 'binary', '-j', '.text', object, join(directory, 'stub.bin')]);
    // The assembler may pad the section behind the code.
    const assembled = readFileSync(join(directory, 'stub.bin'));
    const code = stubCode(architecture);
    assert.equal(assembled.subarray(0, code.length).toString('hex'), toHex(code));
    assert.ok(assembled.subarray(code.length).every(byte => byte === 0));
  });
}
