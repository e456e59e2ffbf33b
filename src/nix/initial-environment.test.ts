/** The environment that Nix gives a builder, made of its derivation: `initEnv` (nix-sandbox.md, section 4.4). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nixBase32, passedFileName, placeholder } from './base32.ts';
import type { Derivation } from './derivation.ts';
import { initialEnvironment } from './initial-environment.ts';

const OUT = '/nix/store/00000000000000000000000000000001-x';

function derivation(env: Readonly<Record<string, string>>, change: Partial<Derivation> = {}): Derivation {
  return {
    version: 1,
    path: '/nix/store/00000000000000000000000000000000-x.drv',
    name: 'x',
    outputs: [{ name: 'out', path: OUT, method: '', hash: '' }],
    inputDerivations: [],
    inputSources: [],
    system: 'x86_64-linux',
    builder: '/bin/sh',
    args: [],
    env: Object.entries(env),
    fixedOutput: false,
    json: null,
    ...change,
  };
}

function given(drv: Derivation, files: readonly string[] = [], outputs: Readonly<Record<string, string>> = {}) {
  const { variables, lost } = initialEnvironment(drv, {
    buildTop: '/build',
    workingDirectory: '/build',
    store: '/nix/store',
    cores: 8,
    files: new Set(files),
    outputs: new Map(Object.entries(outputs)),
  });
  return { values: Object.fromEntries(variables.map(({ name, value }) => [name, value])), lost };
}

const NIX_OWN = {
  PATH: '/path-not-set',
  HOME: '/homeless-shelter',
  NIX_STORE: '/nix/store',
  NIX_BUILD_CORES: '8',
  NIX_BUILD_TOP: '/build',
  TMPDIR: '/build',
  TEMPDIR: '/build',
  TMP: '/build',
  TEMP: '/build',
  PWD: '/build',
  NIX_LOG_FD: '2',
  TERM: 'xterm-256color',
};
const CORES = "NIX_BUILD_CORES as it was asked for (taken: 8, this machine's)";

describe("Nix' base 32", () => {
  test('is what nix-hash prints', () => {
    const empty = Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex');
    assert.equal(nixBase32(empty), '0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73');
    assert.equal(nixBase32(Buffer.alloc(0)), '');
    assert.equal(nixBase32(Buffer.of(0x1f)), '0z');
  });

  test('names the placeholder of an output as builtins.placeholder does', () => {
    assert.equal(placeholder('out'), '/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9');
  });

  test('names the file of an attribute (nix-sandbox.md, section 1.2)', () => {
    const name = '.attr-0l2nkwhif96f51f4amnlf414lhl4rv9vh8iffyp431v6s28gsr90';
    assert.equal(passedFileName(Buffer.from('buildCommand')), name);
  });
});

describe('the environment that a builder starts with', () => {
  test("is Nix' own variables where the derivation has none", () => {
    const { values, lost } = given(derivation({}));
    assert.deepEqual(values, NIX_OWN);
    assert.deepEqual(lost, [CORES]);
  });

  test('has the variables of the derivation, which override the first four and not the rest', () => {
    const own = {
      PATH: '/p',
      HOME: '/h',
      NIX_STORE: '/s',
      NIX_BUILD_CORES: '1',
      a: '',
      TMP: '/t',
      PWD: '/w',
      TERM: 'x',
    };
    assert.deepEqual(given(derivation(own)).values, {
      ...NIX_OWN,
      PATH: '/p',
      HOME: '/h',
      NIX_STORE: '/s',
      NIX_BUILD_CORES: '1',
      a: '',
    });
  });

  test('names the files of passAsFile, and says which is gone', () => {
    const drv = derivation({ passAsFile: 'text  more\nnone', text: 't', more: 'm' });
    const text = passedFileName(Buffer.from('text'));
    const { values, lost } = given(drv, [text]);
    assert.equal(values['textPath'], `/build/${text}`);
    assert.equal(values['text'], undefined);
    assert.equal(values['passAsFile'], 'text  more\nnone');
    assert.deepEqual(lost, [CORES, 'the file of the attribute more, which is not there any more']);
  });

  test('counts the files of passAsFile where Nix 2.3 or older did', () => {
    const { values } = given(derivation({ a: '1', b: '2', passAsFile: 'b a' }), ['.attr-0', '.attr-1']);
    assert.deepEqual([values['aPath'], values['bPath']], ['/build/.attr-0', '/build/.attr-1']);
  });

  test('has nothing of a derivation with structured attributes but where their files are', () => {
    const drv = derivation({ __json: '{}', out: OUT }, { json: '{"impureEnvVars":["a"]}' });
    const { values, lost } = given(drv, ['.attrs.sh']);
    assert.deepEqual(values, {
      ...NIX_OWN,
      NIX_ATTRS_SH_FILE: '/build/.attrs.sh',
      NIX_ATTRS_JSON_FILE: '/build/.attrs.json',
    });
    assert.deepEqual(lost, [CORES, 'the attributes in .attrs.json, which is not there any more']);
  });

  test('has the extras of a fixed-output derivation, the impure variables empty', () => {
    const outputs = [{ name: 'out', path: OUT, method: 'r:sha256', hash: '00' }];
    const drv = derivation({ impureEnvVars: 'http_proxy no_proxy' }, { fixedOutput: true, outputs });
    const { values, lost } = given(drv);
    assert.deepEqual(values, {
      ...NIX_OWN,
      impureEnvVars: 'http_proxy no_proxy',
      NIX_OUTPUT_CHECKED: '1',
      http_proxy: '',
      no_proxy: '',
    });
    assert.match(lost[1] ?? '', /daemon had for http_proxy, no_proxy/);
    const impure = derivation(
      {},
      { fixedOutput: true, outputs: [{ name: 'out', path: '', method: '', hash: 'impure' }] },
    );
    assert.equal(given(impure).values['NIX_OUTPUT_CHECKED'], undefined);
  });

  test('has the paths of outputs in the place of their placeholders, where they are known', () => {
    const outputs = ['out', 'dev'].map(name => ({ name, path: '', method: 'r:sha256', hash: '' }));
    const drv = derivation({ flags: `--prefix=${placeholder('out')} ${placeholder('dev')}` }, { outputs });
    const { values, lost } = given(drv, [], { out: '/nix/store/$&-o' });
    assert.equal(values['flags'], `--prefix=/nix/store/$&-o ${placeholder('dev')}`);
    assert.match(lost[1] ?? '', /^the paths of the outputs dev, which/);
  });

  test('can ask the daemon where recursive-nix is wanted, and says that this one cannot', () => {
    const { values, lost } = given(derivation({ requiredSystemFeatures: 'kvm recursive-nix' }));
    assert.equal(values['NIX_REMOTE'], 'unix:///build/.nix-socket');
    assert.match(lost[1] ?? '', /recursive-nix/);
  });

  test('holds every variable of any derivation, byte for byte, unless Nix sets it itself', () => {
    const name = fc.stringMatching(/^[A-Za-z_.-][A-Za-z0-9_.-]{0,8}$/);
    const special = new Set([...Object.keys(NIX_OWN), 'passAsFile', 'requiredSystemFeatures', 'impureEnvVars']);
    fc.assert(
      fc.property(fc.dictionary(name, fc.string({ unit: 'binary' })), env => {
        const { values } = given(derivation(env));
        for (const [key, value] of Object.entries(env)) if (!special.has(key)) assert.equal(values[key], value);
      }),
    );
  });
});
