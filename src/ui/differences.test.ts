import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { differences } from './differences.ts';

const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
const without = (mark: '-' | '+', all: ReturnType<typeof differences>): readonly string[] =>
  all.filter(each => each.mark !== mark).map(({ text }) => text);

test('what is gone and what has come, between what stayed', () => {
  const shown = differences(['x', 'a', 'b', 'y'], ['x', 'b', 'c', 'y']).map(({ mark, text }) => mark + text);
  assert.deepEqual(shown, [' x', '-a', ' b', '+c', ' y']);
});

test('both lists can be read from the differences, and no common item is shown as both', () => {
  fc.assert(
    fc.property(words, words, (other, own) => {
      const all = differences(other, own);
      assert.deepEqual(without('+', all), other);
      assert.deepEqual(without('-', all), own);
    }),
  );
  assert.ok(differences(['a', 'b'], ['a', 'b']).every(({ mark }) => mark === ' '));
});

test('long lists without anything in common are shown, too', () => {
  const many = (letter: string): readonly string[] => Array.from({ length: 20_000 }, (_, at) => `${letter}${at}`);
  const all = differences(many('a'), many('b'));
  assert.deepEqual(without('+', all), many('a'));
  assert.deepEqual(without('-', all), many('b'));
});
