import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messages, parse, values } from '../../test/support/parsed-env.ts';
import { toBytes } from '../base/path.ts';
import { envValue } from './env-vars.ts';

/** The tricky records of nix-sandbox.md, section 2.4, in its order: number, record, value. */
const RECORDS: readonly (readonly [number, string, string | null | Uint8Array])[] = [
  [1, 'declare -x A="plain"', 'plain'],
  [2, 'declare -x OLDPWD', null],
  [3, 'declare -x I=""', ''],
  [4, 'declare -x B="a\\"b"', 'a"b'],
  [5, 'declare -x C="dollar \\$HOME \\`x\\` back\\\\slash"', 'dollar $HOME `x` back\\slash'],
  [6, 'declare -x D="bang! ?"', 'bang! ?'],
  [6, 'declare -x D="lone \\!"', 'lone \\!'],
  [7, 'declare -x J="it\'s"', "it's"],
  [8, "declare -x E=$'line1\\nline2'", 'line1\nline2'],
  [9, 'declare -x E="line1\nline2"', 'line1\nline2'],
  [10, 'declare -x Y="a\ndeclare -x SHELL=\\"/evil\\"\n"', 'a\ndeclare -x SHELL="/evil"\n'],
  [11, 'declare -x Y=$\'a\\ndeclare -x SHELL="/evil"\\n\'', 'a\ndeclare -x SHELL="/evil"\n'],
  [12, "declare -x G=$'esc\\E[1m'", 'esc\u001b[1m'],
  [13, "declare -x H=$'\\303\\251 \\342\\202\\254'", 'é €'],
  [14, 'declare -x H="é €"', 'é €'],
  [15, "declare -x M=$'bad\\377\\376byte'", Buffer.from('626164fffe62797465', 'hex')],
  [16, "declare -x P=$'del\\177'", 'del\u007f'],
  [16, "declare -x P=$'\\001\\177'", '\u0001\u007f'],
  [17, 'declare -x S=$\'nl and "q" $d\\n\\\\\'', 'nl and "q" $d\n\\'],
  [18, "declare -x Q=$'don\\'t\\tgo'", "don't\tgo"],
  [19, "declare -x Z=$'x\\\\\\ny'", 'x\\\ny'],
  [19, 'declare -x Z="x\\\\\ny"', 'x\\\ny'],
  [20, 'declare -x N="a=b"', 'a=b'],
  [21, 'declare -x L="  lead trail "', '  lead trail '],
  [22, "declare -x K=$'cr\\rx'", 'cr\rx'],
  [22, 'declare -x K="cr\r\nx"', 'cr\r\nx'],
  [23, 'declare -rx RO="ro"', 'ro'],
  [24, 'declare -rx SHELLOPTS="braceexpand:errexit"', 'braceexpand:errexit'],
  [25, 'declare -ix INT="5"', '5'],
  [25, 'declare -xl LOW="abc"', 'abc'],
  [25, 'declare -xu UPP="ABC"', 'ABC'],
  [27, 'declare -x PS4="+ \\${BASH_SOURCE##*/} "', '+ ${BASH_SOURCE##*/} '],
  [28, "export E=$'l1\\nl2'", 'l1\nl2'],
  [29, 'declare -x T="\\\\n"', '\\n'],
  [30, "declare -x V=$'\\0010'", '\u00010'],
];

for (const [number, record, value] of RECORDS) {
  test(`reads record ${number} of the reference: ${JSON.stringify(record)}`, () => {
    const env = parse(`declare -x BEFORE="b"\n${record}\ndeclare -x ZZ="after"\n`);
    assert.deepEqual(messages(env), []);
    assert.equal(env.variables.length, 3);
    const [, variable, after] = env.variables;
    assert.deepEqual(after, { name: 'ZZ', value: 'after', attributes: 'x' });
    const got = variable?.value ?? null;
    if (typeof value === 'string' || value === null) assert.equal(got, value);
    else assert.deepEqual(toBytes(got ?? ''), value);
  });
}

test('lists arrays (record 26) and does not read them', () => {
  const env = parse(
    [
      'declare -ax ARR=([0]="1" [1]="2)")',
      'declare -Ax AS=([$\'x\\n]\']="d" ["q\\"x)"]="1" [k]="v" ["\\$y"]="2" )',
      'declare -ax OLD=\'([0]="a" [1]="b")\'',
      'declare -ax NONE',
      'declare -aix EMPTY=()',
      "export -a POSIX=([0]=\"(\" [1]=$'\\')')",
      'declare -ax LINES=([0]="a',
      'declare -x SHELL=\\"/evil\\"")',
      'declare -x A="x"',
      '',
    ].join('\n'),
  );
  assert.deepEqual(env.arrays, ['ARR', 'AS', 'OLD', 'NONE', 'EMPTY', 'POSIX', 'LINES']);
  assert.deepEqual(values(env), { A: 'x' });
  assert.deepEqual(env.problems, []);
});

test('keeps the attributes as bash prints them', () => {
  const env = parse('declare -irx I="3"\nexport P="x"\ndeclare -x A\n');
  assert.deepEqual(
    env.variables.map(variable => variable.attributes),
    ['irx', 'x', 'x'],
  );
});

test('a reference is kept as the name that it is, and said', () => {
  const env = parse('declare -nx R="A"\n');
  assert.deepEqual(env.variables, [{ name: 'R', value: 'A', attributes: 'nx' }]);
  assert.deepEqual(messages(env), ["1: R is a reference: its value is a variable's name"]);
});

test('lists exported functions and steps over their bodies', () => {
  const env = parse(
    [
      'declare -x A="1"',
      'f () ',
      '{ ',
      '    echo "a)" \'it;',
      '    cat <<E',
      'declare -x SHELL="/evil"',
      'E',
      '',
      '}',
      'declare -fx f',
      'g () ',
      '{ ',
      '    :',
      '}',
      'declare -ftx g',
      'export -f h',
      'declare -x B="2"',
      '',
    ].join('\n'),
  );
  assert.deepEqual(values(env), { A: '1', B: '2' });
  assert.deepEqual(env.functions, ['f', 'g', 'h']);
  assert.deepEqual(env.problems, []);
});

test('steps over a function that is not exported', () => {
  const env = parse(
    'f () {\n  echo "\n}\nfunction g() { echo "a\nb"; }\nh () \n{ \n    x\n}\ndeclare -x A="1"\n'.replace(
      '"\n}',
      '\n}',
    ),
  );
  assert.equal(envValue(env, 'A'), '1');
  assert.deepEqual(env.functions, []);
});

test('the last record of a name wins, at the place of the first', () => {
  const env = parse('declare -x A="1"\ndeclare -x B="2"\ndeclare -x A="3"\n');
  assert.deepEqual(
    env.variables.map(({ name, value }) => `${name}=${value}`),
    ['A=3', 'B=2'],
  );
});

const CUT_OFF: readonly (readonly [string, string])[] = [
  ['a "…" value', 'declare -x B="half'],
  ["a $'…' value", "declare -x B=$'half"],
  ['an escape', "declare -x B=$'half\\"],
  ['an array', 'declare -ax B=([0]="1" [1]='],
  ['a string of an array', 'declare -ax B=([0]="1'],
  ['a hand-written value', "export B='half"],
];
for (const [where, rest] of CUT_OFF) {
  test(`a file that ends within ${where} keeps its complete records`, () => {
    const env = parse(`declare -x A="1"\n${rest}`);
    assert.deepEqual(values(env), { A: '1' });
    assert.deepEqual(env.arrays, []);
    assert.deepEqual(messages(env), ['2: the file ends within the value of B: it is left out']);
  });
}

test('says that a last line without an end may be cut off', () => {
  const env = parse('declare -x A="1"\ndeclare -x OLD');
  assert.deepEqual(values(env), { A: '1', OLD: null });
  assert.deepEqual(messages(env), ['2: the last line has no end: the file may be cut off']);
});

test('says that an empty file is one', () => {
  assert.deepEqual(messages(parse('')), ['1: the file is empty: the build was stopped while bash wrote it']);
});

test('drops NUL bytes as bash does, and says so', () => {
  const env = parse('declare -x A="a\0b"\n');
  assert.deepEqual(values(env), { A: 'ab' });
  assert.deepEqual(messages(env), ['1: 1 NUL bytes: dropped, as bash drops them']);
});

test('CR is data, also where the file was edited on another system', () => {
  const env = parse('declare -x A="1"\r\ndeclare -x B="2"\n');
  assert.deepEqual(values(env), { A: '1\r', B: '2' });
  assert.deepEqual(messages(env), ['1: the line ends in CR LF: the CR belongs to the value of A']);
});
