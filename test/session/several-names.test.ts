/** Which names are put in the layer of an overlay beforehand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { severalNames } from '../../src/session/several-names.ts';

const MIB = 1024 * 1024;
const links = new Map([
  ['1:1', { names: ['a', 'b/c'], size: 6 * MIB }],
  ['1:2', { names: ['once'], size: 1 }],
  ['1:3', { names: ['d', 'e', 'f'], size: 4 * MIB }],
  ['1:4', { names: ['g', 'h'], size: 2 * MIB }],
]);

test('of a tree that was looked at whole, all names of files with several', () => {
  assert.deepEqual(severalNames({ links, whole: true }), ['a', 'b/c', 'd', 'e', 'f', 'g', 'h']);
});

test('of a larger tree, what a start has time for', () => {
  assert.deepEqual(severalNames({ links, whole: false }), ['a', 'b/c', 'g', 'h']);
});
