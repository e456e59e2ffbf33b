import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { errnoName } from './errno.ts';

test('every errno that Node knows has its name', () => {
  for (const [name, value] of Object.entries(constants.errno)) {
    // Two have two names.
    if (name !== 'EWOULDBLOCK' && name !== 'ENOTSUP') assert.equal(errnoName(value), name);
  }
  assert.equal(errnoName(133), 'EHWPOISON');
});

test('what has no name is told by its number', () => {
  for (const value of [0, 41, 58, 134, 524]) assert.equal(errnoName(value), `errno ${value}`);
});
