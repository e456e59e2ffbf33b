import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { elfProgram } from '../../src/ffi/elf.ts';
import { cell, type Entry, memory, WORD } from '../../src/ffi/entry.ts';
import { initProgram, tableFor, waiterProgram } from '../../src/ffi/files.ts';
import { REPORT } from '../../src/ffi/init.ts';
import type { Architecture } from '../../src/ffi/syscalls.ts';

import { type Fact, missing } from '../support/need.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { scratchDirectory } from '../support/scratch.ts';

/** How a program of each architecture is run here: by the kernel, or by qemu-user. */
const RUNNERS: readonly (readonly [Architecture, runner: readonly string[], readonly Fact[]])[] = [
  ['x86_64', process.arch === 'x64' ? [] : ['qemu-x86_64-static'], ['cc']],
  [
    'aarch64',
    process.arch === 'arm64' ? [] : ['qemu-aarch64-static'],
    process.arch === 'arm64' ? [] : ['qemu-aarch64'],
  ],
];

const say = (text: string): Entry => ({
  call: 'write',
  args: [1, memory(Buffer.from(text)), text.length],
});
const leave = (status: number): Entry => ({ call: 'exit_group', args: [status] });

/** What a table shows, one for each branch of the stub: output and exit status. */
const TABLES: Readonly<
  Record<string, { entries: readonly Entry[]; cells?: Record<string, number>; shows: string; status: number }>
> = {
  'falls through from entry to entry': { entries: [say('a'), say('b'), leave(7)], shows: 'ab', status: 7 },
  'an error jumps to onError': {
    entries: [{ call: 'close', args: [-1], onError: 'bad' }, leave(1), { label: 'bad', ...say('error') }, leave(0)],
    shows: 'error',
    status: 0,
  },
  'an error without onError goes on': { entries: [{ call: 'close', args: [-1] }, leave(3)], shows: '', status: 3 },
  'an error is no match, even of the same value': {
    entries: [
      { call: 'close', args: [-1], match: -9, onMatch: 'matched' },
      leave(4),
      { label: 'matched', ...leave(5) },
    ],
    shows: '',
    status: 4,
  },
  'a result that matches jumps to onMatch': {
    entries: [
      { call: 'umask', args: [0o27] },
      { call: 'umask', args: [0], match: 0o27, onMatch: 'matched' },
      leave(1),
      { label: 'matched', ...say('match') },
      leave(0),
    ],
    shows: 'match',
    status: 0,
  },
  'another result than match goes on': {
    entries: [
      { call: 'umask', args: [0o27] },
      { call: 'umask', args: [0], match: 0o26, onMatch: 'matched' },
      leave(6),
      { label: 'matched', ...leave(1) },
    ],
    shows: '',
    status: 6,
  },
  'a call that no kernel has is a jump': {
    entries: [{ call: 'jump', args: [], onError: 'there' }, leave(1), { label: 'there', ...leave(0) }],
    shows: '',
    status: 0,
  },
  'a result is stored in a later entry': {
    entries: [
      {
        call: 'openat',
        args: [-100, { kind: 'text', value: '/proc/sys/kernel/ostype' }, 0, 0],
        store: { kind: 'word', label: 'read', word: WORD.a0 },
        onError: 'bad',
      },
      {
        label: 'read',
        call: 'read',
        args: [0, cell('text'), 4],
        store: { kind: 'word', label: 'write', word: WORD.a0 + 2 },
        onError: 'bad',
      },
      { label: 'write', call: 'write', args: [1, cell('text'), 0] },
      leave(0),
      { label: 'bad', ...leave(1) },
    ],
    cells: { text: 8 },
    shows: 'Linu',
    status: 0,
  },
};

for (const [architecture, runner, facts] of RUNNERS) {
  const skip = missing(...facts);
  const runs = (program: Uint8Array, fds: readonly number[] = []) => {
    const path = join(scratchDirectory('program'), 'program');
    writeFileSync(path, program, { mode: 0o755 });
    const [file, ...args] = [...runner, path];
    return spawnSync(file, args, { stdio: ['ignore', 'pipe', 'pipe', ...fds], timeout: PATIENCE_MS });
  };

  for (const [name, { entries, cells = {}, shows, status }] of Object.entries(TABLES)) {
    test(`${architecture}: ${name}`, { skip }, () => {
      const ran = runs(elfProgram(tableFor(entries, cells, architecture), architecture));
      assert.equal(ran.stderr.toString(), '');
      assert.equal(ran.stdout.toString(), shows);
      assert.equal(ran.status, status);
    });
  }

  /** Init as the program of its own that it is, with a file for its report on descriptor 3. */
  const initRuns = (argv: readonly string[]) => {
    const report = join(scratchDirectory('report'), 'report');
    writeFileSync(report, '');
    const [program = ''] = argv;
    const ran = runs(initProgram({ program, argv, environment: ['WORD=inside'] }, 3, architecture), [
      openSync(report, 'r+'),
    ]);
    return { ran, report: readFileSync(report) };
  };

  test(`${architecture}: init reports the status of its command`, { skip }, () => {
    const { ran, report } = initRuns(['/bin/sh', '-c', 'echo "$0 $1 $WORD"; exit 42', 'a b', '']);
    assert.equal(ran.stdout.toString(), 'a b  inside\n');
    assert.equal(ran.status, 0);
    assert.equal(report.readInt32LE(REPORT.waitStatus), 42 << 8);
    assert.ok(report.readBigInt64LE(REPORT.clone) > 0n);
    assert.equal(report.readBigInt64LE(REPORT.execve), 0n);
  });

  test(`${architecture}: init reports the signal of its command`, { skip }, () => {
    const { report } = initRuns(['/bin/sh', '-c', 'kill -TERM $$']);
    assert.equal(report.readInt32LE(REPORT.waitStatus), 15);
  });

  test(`${architecture}: init reports why its command cannot be executed`, { skip }, () => {
    const { ran, report } = initRuns(['/nothing/here']);
    assert.equal(ran.status, 0);
    // qemu-user makes a plain fork of vfork: the child's words do not come back there, its status does.
    if (runner.length === 0) assert.equal(report.readBigInt64LE(REPORT.execve), -2n);
    else assert.equal(report.readInt32LE(REPORT.waitStatus), 127 << 8);
  });

  /** The waiter, with a file for its report on descriptor 3 and something that never ends, like a launcher, on 4. */
  const waiterRuns = (argv: readonly string[]) => {
    const report = join(scratchDirectory('report'), 'report');
    writeFileSync(report, '');
    const [program = ''] = argv;
    const execute = { program, argv, environment: ['WORD=inside'] };
    const fifo = join(scratchDirectory('launcher'), 'fifo');
    spawnSync('mkfifo', [fifo]);
    const descriptors = [openSync(report, 'r+'), openSync(fifo, 'r+')];
    const ran = runs(waiterProgram(execute, { status: 3, launcher: 4 }, architecture), descriptors);
    return { ran, report: readFileSync(report) };
  };

  test(`${architecture}: the waiter reports how its command ended, which keeps no descriptor of it`, { skip }, () => {
    const { ran, report } = waiterRuns(['/bin/sh', '-c', 'echo "$WORD"; (: <&3) || (: <&4) || exit 42', 'a b', '']);
    assert.equal(ran.stdout.toString(), 'inside\n');
    assert.equal(ran.status, 0);
    assert.equal(report.readInt32LE(REPORT.waitStatus), 42 << 8);
    assert.equal(waiterRuns(['/bin/sh', '-c', 'kill -TERM $$']).report.readInt32LE(REPORT.waitStatus), 15);
    const refused = waiterRuns(['/nothing/here']).report;
    if (runner.length === 0) assert.equal(refused.readBigInt64LE(REPORT.execve), -2n);
    else assert.equal(refused.readInt32LE(REPORT.waitStatus), 127 << 8);
  });
}
