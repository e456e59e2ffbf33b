import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../base/call.ts';
import { cell as cellOf, ENTRY_SIZE, type Entry, memory, WORD } from './entry.ts';
import { layOut, resultsIn } from './table.ts';

const BASE = 0x7f12_3456_7000;

interface Written {
  readonly bytes: Buffer;
  readonly word: (entry: number, word: number) => bigint;
  readonly cell: (name: string) => number;
}

function written(entries: readonly Entry[], cells: Readonly<Record<string, number>> = {}): Written {
  const layout = layOut(entries, cells, name => (name === 'close' ? 3 : 257));
  const bytes = Buffer.alloc(layout.size);
  layout.write(bytes, BASE);
  return {
    bytes,
    word: (entry, word) => bytes.readBigInt64LE(entry * ENTRY_SIZE + word * 8),
    cell: name => BASE + (layout.cells.get(name) ?? Number.NaN),
  };
}

test('negative arguments are 64-bit two’s complement', () => {
  const { word } = written([{ call: 'openat', args: [-100, 0, -1, -2_147_483_649] }]);
  assert.equal(word(0, WORD.a0), -100n);
  assert.equal(word(0, WORD.a0 + 2), -1n);
  assert.equal(word(0, WORD.a0 + 3), -2_147_483_649n);
});

test('arguments above 32 bits stay whole', () => {
  const values = [0xffff_ffff, 0x8000_0000, 0x7fff_ffff_f000, Number.MAX_SAFE_INTEGER];
  const { word } = written([{ call: 'openat', args: values }]);
  assert.deepEqual(
    values.map((_, index) => word(0, WORD.a0 + index)),
    values.map(BigInt),
  );
});

test('an end entry has a negative number, a jump one that no kernel has', () => {
  const { word } = written([
    { call: 'jump', args: [], onError: 'done' },
    { label: 'done', call: 'end', args: [5] },
  ]);
  assert.equal(word(0, WORD.number), 0x7fffn);
  assert.equal(word(0, WORD.onError), BigInt(BASE + ENTRY_SIZE));
  assert.equal(word(1, WORD.number), -1n);
  assert.equal(word(1, WORD.a0), 5n);
});

test('labels become addresses of entries; 0 where none is named', () => {
  const { word } = written([
    { call: 'close', args: [{ kind: 'entry', label: 'last' }], match: -7, onMatch: 'last' },
    { label: 'last', call: 'close', args: [], store: { kind: 'word', label: 'last', word: WORD.a0 } },
  ]);
  assert.equal(word(0, WORD.a0), BigInt(BASE + ENTRY_SIZE));
  assert.equal(word(0, WORD.match), -7n);
  assert.equal(word(0, WORD.onMatch), BigInt(BASE + ENTRY_SIZE));
  assert.equal(word(0, WORD.onError), 0n);
  assert.equal(word(0, WORD.store), 0n);
  assert.equal(word(1, WORD.store), BigInt(BASE + ENTRY_SIZE + WORD.a0 * 8));
});

test('cells are zeroed, apart, and aligned to 8 bytes', () => {
  const { bytes, cell, word } = written([{ call: 'close', args: [cellOf('b'), cellOf('b', 8)], store: cellOf('c') }], {
    a: 3,
    b: 16,
    c: 8,
  });
  assert.equal(cell('a') % 8, 0);
  assert.equal(cell('b'), cell('a') + 8);
  assert.equal(cell('c'), cell('b') + 16);
  assert.equal(word(0, WORD.a0), BigInt(cell('b')));
  assert.equal(word(0, WORD.a0 + 1), BigInt(cell('b') + 8));
  assert.equal(word(0, WORD.store), BigInt(cell('c')));
  assert.ok(bytes.subarray(cell('a') - BASE).every(byte => byte === 0));
});

test('vectors end in a null pointer, and their strings are whole', () => {
  const { bytes, word } = written([
    { call: 'openat', args: [0, { kind: 'vector', values: ['nix', '', 'build shell'] }, memory(Buffer.from('x\0'))] },
  ]);
  const at = Number(word(0, WORD.a0 + 1)) - BASE;
  assert.equal(at % 8, 0);
  const pointers = [0, 1, 2, 3].map(index => Number(bytes.readBigInt64LE(at + index * 8)));
  assert.equal(pointers[3], 0);
  const texts = pointers.slice(0, 3).map(pointer => {
    const start = pointer - BASE;
    return bytes.toString('utf8', start, bytes.indexOf(0, start));
  });
  assert.deepEqual(texts, ['nix', '', 'build shell']);
  assert.equal(bytes.toString('utf8', Number(word(0, WORD.a0 + 2)) - BASE).slice(0, 2), 'x\0');
});

test('a counted array is a structure of its length and its address', () => {
  const { bytes, word } = written([
    { call: 'seccomp', args: [1, 0, { kind: 'counted', count: 0x1234, hex: toHex(Buffer.from('filter')), say: '' }] },
  ]);
  const at = Number(word(0, WORD.a0 + 2)) - BASE;
  assert.equal(at % 8, 0);
  assert.equal(bytes.readUInt16LE(at), 0x1234);
  const target = Number(bytes.readBigInt64LE(at + 8)) - BASE;
  assert.equal(bytes.toString('latin1', target, target + 6), 'filter');
});

test('strings are whole, and the same one is laid out once', () => {
  const path = { kind: 'text', value: '/ümlaut/\udcff' } as const;
  const { bytes, word } = written([
    { call: 'openat', args: [0, path, path, { kind: 'text', value: '' }] },
    { call: 'openat', args: [0, path] },
  ]);
  const at = (entry: number, position: number): number => Number(word(entry, WORD.a0 + position)) - BASE;
  const wanted = Buffer.concat([Buffer.from('/ümlaut/'), Buffer.of(0xff, 0)]);
  assert.deepEqual(bytes.subarray(at(0, 1), at(0, 1) + wanted.length), wanted);
  assert.equal(at(0, 1), at(0, 2));
  assert.equal(bytes[at(0, 3)], 0);
  assert.deepEqual(bytes.subarray(at(1, 1), at(1, 1) + wanted.length), wanted);
});

test('a NUL byte inside a string is a bug, wherever it stands', () => {
  for (const value of ['a\0b', '\0', 'éé\0'])
    assert.throws(
      () => written([{ call: 'openat', args: [0, { kind: 'text', value: 'x' }, { kind: 'text', value }] }]),
      /a NUL byte in/,
    );
});

test('unknown labels and cells are bugs', () => {
  assert.throws(() => written([{ call: 'close', args: [], onError: 'nowhere' }]), /nowhere/);
  assert.throws(() => written([{ call: 'close', args: [cellOf('none')] }]), /none/);
  assert.throws(() => written([{ call: 'close', args: [{ kind: 'entry', label: 'nowhere' }] }]), /nowhere/);
});

test('results are read as signed numbers', () => {
  const { bytes } = written([
    { call: 'close', args: [] },
    { call: 'close', args: [] },
  ]);
  bytes.writeBigInt64LE(-2n, ENTRY_SIZE + WORD.result * 8);
  assert.deepEqual(resultsIn(bytes, 0, 2), [0, -2]);
});
