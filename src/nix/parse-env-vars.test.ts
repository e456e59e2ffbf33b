import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBytes } from '../base/path.ts';
import { type EnvVars, envValue } from './env-vars.ts';
import { parseEnvVars } from './parse-env-vars.ts';

const parse = (text: string | Uint8Array): EnvVars =>
  parseEnvVars(typeof text === 'string' ? Buffer.from(text) : text, { kind: 'none' });
const values = (env: EnvVars): Record<string, string | null> =>
  Object.fromEntries(env.variables.map(({ name, value }) => [name, value]));
const messages = (env: EnvVars): string[] => env.problems.map(({ line, message }) => `${line}: ${message}`);

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
