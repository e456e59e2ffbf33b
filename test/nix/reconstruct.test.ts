/** An ordinary user gets into every kept directory whose tree can be read, whatever became of its env-vars. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type EnvVars, envValue } from '../../src/nix/env-vars.ts';
import { parseEnvVars } from '../../src/nix/parse-env-vars.ts';
import { readDerivation } from '../../src/nix/read-derivation.ts';
import { storeLayout } from '../../src/nix/store-layout.ts';
import { type Arranged, type Arrangement, arrange, logOf, pairLog } from '../support/arrange.ts';
import { type Kept, type Kind, keptBuild } from '../support/kept.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { type Output, run } from '../support/program.ts';
import { treeHash } from '../support/tree-hash.ts';

/** As the ordinary user; root makes the directories of other people. */
const SKIP = missing('nix', 'nix-daemon', 'root', 'user', 'user-namespaces', 'static-bash', 'static-busybox');

const OF_PHASES = 'what the phases before the failure set or changed';
const BEGAN = (at: string): string => `the directory in which the failing phase began (taken: ${at})`;
/** What the layout of these does not tell. */
const TOP = 'NIX_BUILD_TOP, where the build ran without a sandbox (taken: /build)';
const UNTOLD: readonly Arrangement[] = ['flat', 'lix'];
const CORES = /^NIX_BUILD_CORES as it was asked for \(taken: \d+, this machine's\)$/;
const PHASES = ['GZIP_NO_TIMESTAMPS', 'lt_cv_deplibs_check_method'];

/** Per kind: the variables that are not as in the real env-vars, and what is said of them beside {@link CORES}. */
const KINDS: readonly (readonly [Kind, differing: readonly string[], lost: readonly (string | RegExp)[]])[] = [
  ['plain-new', PHASES, [OF_PHASES, BEGAN('/build/source')]],
  ['fixed-output', [], [OF_PHASES, BEGAN('/build'), /^the values that the daemon had for http_proxy/]],
  // Nix 2.8 names these two by their path on the host, which is not there in its own sandbox.
  ['structured-attrs', [...PHASES, 'NIX_ATTRS_JSON_FILE', 'NIX_ATTRS_SH_FILE'], [OF_PHASES, BEGAN('/build/source')]],
  ['multiple-outputs', PHASES, [OF_PHASES, BEGAN('/build/source')]],
  ['tricky-new', [], [OF_PHASES, BEGAN('/build')]],
];
const FORMS = ['flat', 'nested', 'builds-nameless', 'lix'] as const satisfies readonly Arrangement[];

const FILE_AND_PATH = 'printf "%s\\n" "$PATH" "$PWD"; printf "%s" "$(</build/env-vars)"';

/** Without a name in the path, the times tell; another build of this test run, or of another one, may end in the same moment. */
function told(kept: Kept, directory: Arranged, words: readonly string[]): Output {
  for (let attempt = 0; ; attempt += 1) {
    pairLog(kept, directory.content);
    const output = run(words, { user: ordinaryUser() });
    const all = output.stderr.toString() + output.stdout.toString();
    if (attempt === 9 || !/ended when\s+the directory was\s+kept\s+fit/.test(all)) return output;
  }
}

function enter(kept: Kept, directory: Arranged, command: string): Output {
  return told(kept, directory, [directory.printed, 'bash', '-c', command]);
}

function environment(bytes: Buffer): EnvVars {
  return parseEnvVars(bytes, { kind: 'none' });
}

/** The names of the variables that are not the same in both. */
function differing(a: EnvVars, b: EnvVars): readonly string[] {
  const names = new Set([...a.variables, ...b.variables].map(({ name }) => name));
  return [...names].filter(name => envValue(a, name) !== envValue(b, name)).sort();
}

/** What `env` says to be lost. */
function lostOf(kept: Kept, directory: Arranged): readonly string[] {
  const { stderr } = told(kept, directory, ['env', directory.printed]);
  const lines = stderr.toString().trimEnd().split('\n');
  assert.equal(lines.length, 1, stderr.toString());
  return /; lost: (.*)$/.exec(lines[0] ?? '')?.[1]?.split('; ') ?? [];
}

/** The whole of what a run says: one line, short enough to be read each time. */
const SAID =
  /^nix-build-shell: env-vars cannot be read: it is re-constructed from \S+\.drv, without what the phases before the failure set or changed; 'show DIR' tells what else is lost\n$/;

for (const [kind, variables, lost] of KINDS)
  describe(`a kept ${kind} whose env-vars only root may read`, { skip: SKIP }, () => {
    for (const form of FORMS)
      test(`is entered in the form ${form}, and differs from the real one in what is said to be lost`, () => {
        const kept = keptBuild(kind);
        const directory = arrange(kept, form);
        const before = treeHash(directory.outer);
        const { status, stdout, stderr } = enter(kept, directory, FILE_AND_PATH);
        assert.equal(status, 0, stderr.toString());
        const real = environment(readFileSync(`${kept.path}/env-vars`));
        const lines = stdout.toString('latin1').split('\n');
        assert.equal(lines[0], envValue(real, 'PATH'));
        assert.equal(lines[1], envValue(real, 'PWD'));
        const got = environment(Buffer.from(lines.slice(2).join('\n'), 'latin1'));
        assert.deepEqual(differing(got, real), [...variables].sort());
        assert.match(stderr.toString(), SAID);
        const said = lostOf(kept, directory);
        const all = [...lost, ...(UNTOLD.includes(form) ? [TOP] : []), CORES];
        for (const phrase of all)
          assert.ok(
            said.some(one => (typeof phrase === 'string' ? one === phrase : phrase.test(one))),
            String(phrase),
          );
        assert.equal(said.length, all.length, said.join('\n'));
        assert.equal(treeHash(directory.outer), before);
      });

    test('is entered without any env-vars, too', () => {
      const kept = keptBuild(kind);
      const directory = arrange(kept, 'nested');
      rmSync(`${directory.content}/env-vars`);
      const { status, stdout, stderr } = enter(kept, directory, FILE_AND_PATH);
      assert.equal(status, 0, stderr.toString());
      assert.match(stderr.toString(), /^nix-build-shell: there is no env-vars: it is re-constructed from /);
      assert.equal(
        stdout.toString('latin1').split('\n')[0],
        envValue(environment(readFileSync(`${kept.path}/env-vars`)), 'PATH'),
      );
    });
  });

test('an env-vars that sets nothing is not said to be closed', { skip: SKIP }, () => {
  const directory = arrange(keptBuild('plain-new'), 'nested', { envVarsMode: 0o644 });
  for (const text of ['', 'dec']) {
    writeFileSync(`${directory.content}/env-vars`, text);
    const { status, stderr } = run([directory.printed, 'true'], { user: ordinaryUser() });
    assert.equal(status, 0, stderr.toString());
    assert.match(stderr.toString(), /^nix-build-shell: env-vars sets no variable: it is re-constructed from /);
  }
});

test('show, plan and env say how the derivation was found', { skip: SKIP }, () => {
  const kept = keptBuild('plain-new');
  const directory = arrange(kept, 'nested');
  const found = /it is the only derivation with the output \S+, which is the prefix in source\/config\.status/;
  for (const command of ['show', 'plan', 'env']) {
    const { stdout, stderr } = run([command, directory.printed], { user: ordinaryUser() });
    assert.match(Buffer.concat([stdout, stderr]).toString().replaceAll(/\s+/g, ' '), found, command);
  }
});

describe('a build of today that ran without a sandbox, as its layout tells', { skip: SKIP }, () => {
  test('is entered where the build knew its directory, and sees all of the store', () => {
    const kept = keptBuild('plain-new');
    const directory = arrange(kept, 'builds-unsandboxed');
    const { status, stdout, stderr } = enter(kept, directory, 'pwd; echo "$NIX_BUILD_TOP $TMPDIR"; cat program.o');
    assert.equal(status, 0, stderr.toString());
    const { outer } = directory;
    assert.equal(stdout.toString(), `${outer}/source\n${outer} ${outer}\nhalf a program\n`);
    assert.deepEqual(
      lostOf(kept, directory).filter(one => one.includes('NIX_BUILD_TOP') || one.includes('taken: /build')),
      [],
    );
    assert.match(told(kept, directory, ['show', outer]).stdout.toString(), /left by +Nix, without a sandbox\n/);
    const plan = told(kept, directory, ['plan', outer]).stdout.toString();
    assert.match(plan, /this build ran without a sandbox: it saw the whole host/);
  });
});

describe('a kept build without stdenv', { skip: SKIP }, () => {
  for (const form of FORMS)
    test(`is entered in the form ${form}, with what Nix gives a builder`, () => {
      const kept = keptBuild('raw');
      const directory = arrange(kept, form);
      const { status, stdout } = enter(kept, directory, 'echo "$PATH $HOME $out $(<made)"; declare -x | wc -l');
      assert.equal(status, 127, 'wc is in no PATH');
      const drv = readDerivation(storeLayout(null, 'nix'), kept.drv);
      assert.ok(drv.ok);
      const out = drv.value.outputs[0]?.path;
      assert.equal(stdout.toString(), `/path-not-set /homeless-shelter ${out} made by a builder without stdenv\n`);
      const shown = told(kept, directory, ['show', directory.printed]).stdout.toString();
      assert.match(shown, /Lost, .*:\n {2}- what the builder changed in its environment\n {2}- NIX_BUILD_/);
    });

  test("is entered where it is the caller's own, as with Lix, and stays as it is", () => {
    const kept = keptBuild('raw');
    const directory = arrange(kept, 'lix', { owner: ordinaryUser() ?? { uid: 0, gid: 0 } });
    const before = treeHash(directory.outer);
    const { status, stdout, stderr } = enter(kept, directory, 'echo changed > made; echo "$name" *');
    assert.equal(status, 0, stderr.toString());
    assert.equal(stdout.toString(), 'raw-1.0 env-vars made sub\n');
    assert.equal(treeHash(directory.outer), before);
  });
});

describe('two derivations of the same name', { skip: SKIP }, () => {
  /** Both logs ended long ago, as after a while. */
  function arranged(): Arranged {
    const directory = arrange(keptBuild('tricky-new'), 'nested');
    for (const kind of ['tricky', 'tricky-new'] as const)
      utimesSync(logOf(keptBuild(kind)), 1_700_000_000, 1_700_000_000);
    return directory;
  }

  const env = (directory: Arranged, ...options: readonly string[]) =>
    run(['env', '--json', ...options, directory.printed], { user: ordinaryUser() });
  const sourceIn = ({ stdout }: Output): { readonly derivation: string; readonly foundBy: string } =>
    (JSON.parse(stdout.toString()) as { source: { derivation: string; foundBy: string } }).source;
  const derivationIn = (output: Output): string => sourceIn(output).derivation;

  test('are left open where nothing decides; each is named, and --derivation says which', () => {
    const directory = arranged();
    const { status, stderr } = run([directory.printed, 'true'], { user: ordinaryUser() });
    assert.equal(status, 125);
    const said = stderr.toString();
    assert.match(
      said,
      /^nix-build-shell: cannot get the build's environment: env-vars cannot be read \(EACCES\), and its derivation is not known: 2 derivations called tricky-1\.0 in the store fit [^\n]*; --derivation DRV names its derivation; 'nix-build-shell --sudo [^\n]*\n$/,
    );
    for (const kind of ['tricky', 'tricky-new'] as const) assert.ok(said.includes(keptBuild(kind).drv), kind);
    const { drv } = keptBuild('tricky-new');
    assert.equal(derivationIn(env(directory, '--derivation', drv)), drv);
  });

  test('are listed by show', () => {
    const directory = arranged();
    const { status, stdout } = run(['show', directory.printed], { user: ordinaryUser() });
    assert.equal(status, 0);
    assert.match(stdout.toString(), /It may be one of these derivations; --derivation DRV says which:/);
    const { stdout: json } = run(['show', '--json', directory.printed], { user: ordinaryUser() });
    const { candidates } = JSON.parse(json.toString()) as { candidates: readonly { path: string; why: string }[] };
    assert.deepEqual(
      candidates.map(({ path }) => path).sort(),
      [keptBuild('tricky').drv, keptBuild('tricky-new').drv].sort(),
    );
    for (const { why } of candidates) assert.match(why, /^in the store since \d{4}-/);
  });

  test('are told apart in the command that show names, where --derivation did', () => {
    const directory = arranged();
    const { drv } = keptBuild('tricky');
    const { stdout } = run(['show', '--json', '--derivation', drv, directory.printed], { user: ordinaryUser() });
    const { enter } = JSON.parse(stdout.toString()) as { enter: readonly string[] };
    assert.deepEqual(enter, ['nix-build-shell', '--derivation', drv, directory.outer]);
    const { status, stderr } = run([...enter.slice(1), 'true'], { user: ordinaryUser() });
    assert.equal(status, 0, stderr.toString());
  });

  for (const kind of ['tricky', 'tricky-new'] as const) {
    test(`the log that ended with the directory decides for ${kind}`, () => {
      const directory = arranged();
      pairLog(keptBuild(kind), directory.content);
      assert.equal(derivationIn(env(directory)), keptBuild(kind).drv);
    });

    test(`the output that a generated file names decides for ${kind}`, () => {
      const directory = arranged();
      const drv = readDerivation(storeLayout(null, 'nix'), keptBuild(kind).drv);
      assert.ok(drv.ok);
      writeFileSync(`${directory.content}/config.log`, `  $ ./configure --prefix=${drv.value.outputs[0]?.path} --x\n`);
      const output = env(directory);
      assert.equal(derivationIn(output), keptBuild(kind).drv);
      assert.match(sourceIn(output).foundBy, /which is the prefix in config\.log$/);
    });
  }

  test('with a readable env-vars it is the one that makes its $out', () => {
    const directory = arrange(keptBuild('tricky'), 'flat', { envVarsMode: 0o644 });
    const { stdout } = run(['show', '--json', directory.printed], { user: ordinaryUser() });
    const shown = JSON.parse(stdout.toString()) as { derivation: { path: string }; derivationFoundBy: string };
    assert.equal(shown.derivation.path, keptBuild('tricky').drv);
    assert.match(shown.derivationFoundBy, /^it is the only derivation with the output \S+, which is out in env-vars$/);
  });
});
