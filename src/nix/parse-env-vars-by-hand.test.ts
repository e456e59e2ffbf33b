/** What a person wrote into env-vars, and what bash would have to execute. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messages, parse, values } from '../../test/support/parsed-env.ts';
import { envValue } from './env-vars.ts';

const BY_HAND: readonly (readonly [string, string])[] = [
  ['export A=\'it is "$(raw)"\'', 'it is "$(raw)"'],
  ['export A=bare', 'bare'],
  ['export A=bare\\ word', 'bare word'],
  ['A=late; export A', 'late'],
  ['export A; A=late', 'late'],
  ['export A=1; export A="2" # why', '2'],
  ['export B=1 A=2', '2'],
  ['  export\tA=indented', 'indented'],
  ["export A=\"one\"'two'$'\\x74hree'four", 'onetwothreefour'],
  ["# A comment with a ' quote\nexport A=1", '1'],
  ["export A=$'\\xe2\\x82\\xac \\u20ac \\U1F600 \\x{41}\\c['", '€ € 😀 A\u001b'],
  ["export A=$'\\x\\ug\\8z'", '\\x\\ug\\8z'],
  ["export A=$'a\\0b'c", 'ac'],
  ['export A="a\\\nb"', 'ab'],
  ['export A=a\\\nb', 'ab'],
  ['export \\\n  A=1', '1'],
  ['export A=a#b', 'a#b'],
  ['export A="$" B=$', '$'],
  ['export A=$"text"', 'text'],
  ['export A=a; A+=b; export A+=":c"', 'ab:c'],
  ['typeset -x A=1', '1'],
  ['declare -r -x A=1', '1'],
  ['declare -x -- A=1', '1'],
];
for (const [text, value] of BY_HAND) {
  test(`reads what a person wrote: ${JSON.stringify(text)}`, () => {
    const env = parse(`${text}\n`);
    assert.deepEqual(messages(env), []);
    assert.equal(envValue(env, 'A'), value);
  });
}

test('an unset variable, and one that is not exported, are not in the environment', () => {
  const env = parse('A=1\ndeclare B=2\nexport C=3\nexport -n C\nexport D=4\ndeclare +x D\n');
  assert.deepEqual(env.variables, []);
  assert.deepEqual(env.problems, []);
});

for (const [text, what] of [
  ['"$(id)"', '$('],
  ['"`id`"', '`'],
  ['`id`', '`'],
  ['"${HOME}"', '${'],
  ['"a$HOME"', '$H'],
  ['$HOME', '$H'],
  ['"$((1+1))"', '$('],
  ['~/bin', '~'],
  ['/bin:~/bin', '~'],
] as const) {
  test(`never expands ${text}: the variable is left out`, () => {
    const env = parse(`declare -x A="before"\nexport A=${text}\nexport Z="after"\n`);
    assert.deepEqual(values(env), { Z: 'after' });
    assert.deepEqual(messages(env), [`2: A asks bash to expand '${what}…': the variable is left out`]);
  });
}

test('says which lines it does not understand, and reads the others', () => {
  const env = parse(
    'cd "/x\ndeclare -x SHELL=1"\ndeclare -x A-B="1"\nset -e; export A=1\nif (true); then\nexport B=2\n',
  );
  assert.deepEqual(values(env), { A: '1', B: '2' });
  assert.deepEqual(messages(env), [
    '1: not understood: cd "/x\ndeclare -x SHELL=1"',
    '3: not a variable: A-B="1"',
    '4: not understood: set -e',
    '5: not understood: if (true)',
    '5: not understood: then',
  ]);
});

test('a declaration with an option that bash does not have declares nothing, and is said', () => {
  const env = parse('declare -x* A="1"\ndeclare -x-l B="2"\ndeclare +z C="3"\nexport -é D=4\nexport Z="after"\n');
  assert.deepEqual(values(env), { Z: 'after' });
  assert.deepEqual(messages(env), [
    '1: declare has no option -x* A="1"',
    '2: declare has no option -x-l B="2"',
    '3: declare has no option +z C="3"',
    '4: export has no option -é D=4',
  ]);
});

test('tells about a hundred problems of a file that is all problems', () => {
  const env = parse('nonsense\n'.repeat(5000));
  assert.equal(env.problems.length, 101);
  assert.deepEqual(env.problems.at(-1), { line: 0, message: '4900 more problems' });
});
