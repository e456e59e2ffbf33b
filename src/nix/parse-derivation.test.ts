import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBytes } from '../base/path.ts';
import type { Derivation, DerivationParse } from './derivation.ts';
import { derivationName, parseDerivation } from './parse-derivation.ts';

const PATH = '/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello-2.12.drv';
const parse = (text: string | Uint8Array): DerivationParse =>
  parseDerivation(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, PATH);

/** The text of a derivation with some fields replaced. */
function aterm(fields: Partial<Record<'outputs' | 'inputs' | 'sources' | 'args' | 'env', string>> = {}): string {
  const { outputs = '[("out","/nix/store/o","","")]', inputs = '[]', sources = '[]', args = '[]', env = '[]' } = fields;
  return `Derive(${outputs},${inputs},${sources},"x86_64-linux","/bin/sh",${args},${env})`;
}

function read(text: string | Uint8Array): Derivation {
  const { derivation, problems } = parse(text);
  assert.deepEqual(problems, []);
  assert.ok(derivation);
  return derivation;
}

test('reads every field', () => {
  const text =
    'Derive([("dev","/nix/store/d","",""),("out","/nix/store/o","","")],[("/nix/store/a.drv",["dev","out"]),("/nix/store/b.drv",["out"])],' +
    '["/nix/store/s1","/nix/store/s2"],"aarch64-linux","/nix/store/bash/bin/bash",["-e","b.sh"],[("A","1"),("out","/nix/store/o")])';
  assert.deepEqual(read(text), {
    version: 1,
    path: PATH,
    name: 'hello-2.12',
    outputs: [
      { name: 'dev', path: '/nix/store/d', method: '', hash: '' },
      { name: 'out', path: '/nix/store/o', method: '', hash: '' },
    ],
    inputDerivations: [
      { path: '/nix/store/a.drv', outputs: ['dev', 'out'] },
      { path: '/nix/store/b.drv', outputs: ['out'] },
    ],
    inputSources: ['/nix/store/s1', '/nix/store/s2'],
    system: 'aarch64-linux',
    builder: '/nix/store/bash/bin/bash',
    args: ['-e', 'b.sh'],
    env: [
      ['A', '1'],
      ['out', '/nix/store/o'],
    ],
    fixedOutput: false,
    json: null,
  });
});

test('undoes the escapes of strings, and keeps every other byte', () => {
  const { env } = read(aterm({ env: '[("A","\\"q\\" \\\\ \\n \\r \\t \\x\\\\"),("B","raw \u0001\n\u00ff\u00fe")]' }));
  assert.equal(env[0]?.[1], '"q" \\ \n \r \t x\\');
  assert.deepEqual(toBytes(env[1]?.[1] ?? ''), Buffer.from('raw \u0001\n\u00ff\u00fe', 'latin1'));
});

const OUTPUTS: readonly (readonly [string, string, boolean])[] = [
  ['input-addressed', '"/nix/store/o","",""', false],
  ['fixed', '"/nix/store/o","r:sha256","00ff"', true],
  ['fixed, of text', '"/nix/store/o","text:sha256","00ff"', true],
  ['floating', '"","r:sha256",""', false],
  ['impure', '"","r:sha256","impure"', true],
  ['deferred', '"","",""', false],
];
for (const [kind, fields, fixed] of OUTPUTS) {
  test(`an output that is ${kind} makes the derivation ${fixed ? 'a fixed' : 'no fixed'}-output one`, () => {
    assert.equal(read(aterm({ outputs: `[("out",${fields})]` })).fixedOutput, fixed);
  });
}

test('gives the text of __json of a derivation with structured attributes', () => {
  assert.equal(read(aterm({ env: '[("__json","{\\"a\\":1}"),("out","/nix/store/o")]' })).json, '{"a":1}');
});

test('reads a dynamic derivation: what is known before the build, and says the rest', () => {
  const inputs =
    '[("/nix/store/a.drv",(["out"],[("doc",["man"]),("out",(["x"],[("y",([],[]))])),("z",["out"])])),("/nix/store/b.drv",["out"])]';
  const { derivation, problems } = parse(aterm({ inputs }).replace(/^Derive\(/, 'DrvWithVersion("xp-dyn-drv",'));
  assert.deepEqual(derivation?.inputDerivations, [
    { path: '/nix/store/a.drv', outputs: ['out'] },
    { path: '/nix/store/b.drv', outputs: ['out'] },
  ]);
  assert.equal(problems.length, 1);
  assert.match(problems[0]?.message ?? '', /'\/nix\/store\/a\.drv' builds are inputs too/);
});

test('of a variable that is given twice the last value counts, as in Nix', () => {
  const { derivation, problems } = parse(aterm({ env: '[("A","1"),("A","2")]' }));
  assert.deepEqual(derivation?.env, [['A', '2']]);
  assert.equal(problems.length, 1);
});

const BROKEN: readonly (readonly [string, string, number, RegExp])[] = [
  ['nothing', '', 0, /not a derivation/],
  ['something else', '{"a": 1}', 0, /not a derivation/],
  ['a list without a comma', aterm({ args: '["a""b"]' }), 73, /expected ','/],
  ['a list with a comma too many', aterm({ args: '["a",]' }), 74, /expected '"'/],
  ['an unknown version', 'DrvWithVersion("xp-new",[])', 23, /unknown version 'xp-new'/],
  ['a string that is no string', aterm({ args: '[1]' }), 70, /expected '"'/],
  ['dynamic inputs that end in the middle', `Derive([],[("a",([],[("o",`, 26, /ends too early/],
];
for (const [what, text, offset, message] of BROKEN) {
  test(`${what} is no derivation, and it is said where reading stopped`, () => {
    const { derivation, problems } = parse(text);
    assert.equal(derivation, null);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? '', message);
    assert.equal(problems[0]?.offset, offset);
  });
}

test('every beginning of a derivation is broken, and only the whole is not', () => {
  const text = aterm({ env: '[("A","\\"1")]', inputs: '[("a",(["o"],[("p",["q"])]))]' });
  for (let end = 0; end < text.length; end += 1)
    assert.equal(parse(text.slice(0, end)).derivation, null, text.slice(0, end));
  assert.ok(parse(text).derivation);
});

test('text after the end is said', () => {
  const { derivation, problems } = parse(`${aterm()}\n`);
  assert.ok(derivation);
  assert.deepEqual(problems, [{ offset: aterm().length, message: 'text after the end of the derivation' }]);
});

test('a million nested dynamic inputs do not need a stack', () => {
  const deep = 1_000_000;
  const inputs = `[("a",${'([],[("o",'.repeat(deep)}["out"]${')])'.repeat(deep)})]`;
  const { derivation } = parse(aterm({ inputs }));
  assert.deepEqual(derivation?.inputDerivations, [{ path: 'a', outputs: [] }]);
});

test('the name of a derivation is its file name without hash and extension', () => {
  assert.equal(derivationName(PATH), 'hello-2.12');
  assert.equal(derivationName('/somewhere/hello.drv'), 'hello');
  assert.equal(derivationName('0123456789abcdfghijklmnpqrsvwxyz-a.drv.drv'), 'a.drv');
});

test('a NUL byte is no part of a string: nothing that is made of one could hold it', () => {
  const { derivation, problems } = parse(aterm({ env: '[("A","x\\0y")]' }).replace('\\0', '\0'));
  assert.equal(derivation, null);
  assert.match(problems[0]?.message ?? '', /^a NUL byte/);
});
