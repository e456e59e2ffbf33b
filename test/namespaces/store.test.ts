/** The store of a sandbox (S13): the build's inputs and no more, outputs that can be written, and a host's store that never changes. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { type FakeStore, fakeStore } from '../support/fake-store.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { type Output, run } from '../support/program.ts';
import { layOut } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { treeHash } from '../support/tree-hash.ts';
import { sessionsFor } from '../support/watched.ts';

const HERE = missing('user-namespaces', 'static-bash', 'static-busybox');
const SIDES: readonly (readonly [string, TestUser | null, string | false])[] =
  process.getuid?.() === 0
    ? [
        ['root', null, HERE],
        ['an ordinary user', ordinaryUser(), HERE === false ? missing('user') : HERE],
      ]
    : [['an ordinary user', null, HERE]];

const INPUTS = ['bash-static', 'busybox-static', 'default-builder.sh', 'source', 'source-stdenv.sh', 'stdenv-linux'];

interface Case {
  readonly store: FakeStore;
  readonly kept: string;
  /** `run`, with `--store` and a cache of its own. */
  readonly inside: (options: readonly string[], ...command: readonly string[]) => Output;
  /** `plan --json` of the same. */
  readonly plan: (options: readonly string[], ...command: readonly string[]) => Output;
  readonly cache: string;
}

function names(output: Output): string[] {
  return output.stdout
    .toString()
    .trim()
    .split(/\s+/)
    .map(name => name.replace(/^.*\/store\//, '').slice(33))
    .sort();
}

for (const [name, who, skip] of SIDES)
  describe(`the store in a sandbox of ${name}`, { skip }, () => {
    if (skip !== false) return;

    function made(kind: 'plain-new' | 'multiple-outputs' = 'plain-new', lost?: RegExp): Case {
      const directory = scratchDirectory('store');
      const store = fakeStore(join(directory, 'root'), lost);
      const kept = layOut(kind, directory, { envVarsMode: 0o644 });
      const cache = join(directory, 'cache');
      mkdirSync(cache);
      chmodSync(cache, 0o1777);
      const how = { user: who, env: { XDG_CACHE_HOME: join(cache, 'x') } };
      const inside: Case['inside'] = (options, ...command) =>
        run(['--store', store.root, ...options, kept, ...command], how);
      const planned: Case['plan'] = (options, ...command) =>
        run(['plan', '--json', '--store', store.root, ...options, kept, ...command], how);
      return { store, kept, inside, plan: planned, cache };
    }
    const bash = (each: Case, script: string, options: readonly string[] = []): Output => {
      const output = each.inside(options, 'bash', '-c', script);
      assert.equal(output.status, 0, output.stderr.toString());
      return output;
    };
    /** What a failed build left of `$out`, with a file that only its owner may read. @returns its path on the host */
    const unfinishedOutput = (each: Case): string => {
      const out = /out="(\/nix\/store\/[^"]*)"/.exec(readFileSync(join(each.kept, 'env-vars'), 'utf8'))?.[1] ?? '';
      chmodSync(join(each.store.root, 'nix/store'), 0o1775);
      const half = join(each.store.root, out);
      mkdirSync(join(half, 'bin'), { recursive: true });
      writeFileSync(join(half, 'bin/half'), 'half\n');
      writeFileSync(join(half, 'closed'), 'closed\n', { mode: 0o600 });
      return half;
    };
    /** `$out` as Nix keeps it. @returns its path inside */
    const finishedOutput = (each: Case): string => {
      const half = unfinishedOutput(each);
      rmSync(half, { recursive: true });
      mkdirSync(half);
      writeFileSync(join(half, 'done'), 'done\n', { mode: 0o444 });
      utimesSync(half, 1, 1);
      chmodSync(half, 0o555);
      return half.slice(each.store.root.length);
    };
    const planOf = (each: Case, options: readonly string[] = [], command = ['true']): SandboxPlan =>
      JSON.parse(each.plan(options, ...command).stdout.toString()) as SandboxPlan;

    test('holds exactly the input closure, mode 1775', () => {
      const each = made();
      assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS);
      assert.equal(bash(each, 'stat -c %a:%F /nix/store; ls /nix').stdout.toString(), '1775:directory\nstore\n');
    });

    test('is the whole one with --whole-store, and without a database, and the plan says why', () => {
      const each = made();
      assert.ok(names(bash(each, 'cd /nix/store; echo *', ['--whole-store'])).length > INPUTS.length + 5);
      const why = (plan: SandboxPlan): string =>
        plan.omitted.find(({ what }) => /everything that the host has/.test(what))?.why ?? '';
      assert.match(why(planOf(each, ['--whole-store'])), /you asked for it: --whole-store/);
      assert.equal(why(planOf(each)), '');
      rmSync(join(each.store.root, 'nix/var/nix/db'), { recursive: true });
      assert.match(why(planOf(each)), /no database/);
    });

    test('holds what CMD and --bind name, with what that needs, and the plan says who asked', () => {
      const each = made();
      const probe = readdirSync(join(each.store.root, 'nix/store')).find(path => path.endsWith('-probe.sh')) ?? '';
      const path = `/nix/store/${probe}`;
      const output = each.inside([], 'bash', '-c', `cat ${path} >/dev/null && cd /nix/store && echo *`);
      assert.deepEqual(names(output), [...INPUTS, 'probe.sh'].sort(), output.stderr.toString());
      const asked = planOf(each, [], ['cat', path]).steps.filter(({ why }) => /you asked for it: CMD/.test(why));
      assert.equal(asked.length, 1);
      const stdenv = readdirSync(join(each.store.root, 'nix/store')).filter(other => other.endsWith('-stdenv-linux'));
      assert.equal(stdenv.length, 2);
      const both = each.inside(
        [],
        'bash',
        '-c',
        `: ${stdenv.map(other => `/nix/store/${other}`).join(' ')}; cd /nix/store; echo *`,
      );
      assert.equal(names(both).filter(other => other === 'stdenv-linux').length, 2);
    });

    test('lets the outputs be made at their real paths, and nothing of it reaches the host', () => {
      const each = made();
      const before = treeHash(join(each.store.root, 'nix/store'));
      const { stdout } = bash(
        each,
        'mkdir -p $out/bin && echo made >$out/bin/x && cat $out/bin/x; : >/nix/store/anything; ls -d $out',
      );
      assert.match(stdout.toString(), /^made\n\/nix\/store\/\w{32}-plain-1\.0\n$/);
      assert.equal(treeHash(join(each.store.root, 'nix/store')), before);
    });

    test('can be written where the whole of it is shown, too, and nothing of it reaches the host or stays', () => {
      const each = made();
      const before = treeHash(join(each.store.root, 'nix'));
      const { stdout, stderr } = bash(
        each,
        `mkdir -p $out/bin && echo made >$out/bin/x && cat $out/bin/x; : >/nix/store/anything; ls -d $out; stat -c %a:%u:%g /nix/store
         touch /nix/var/x /nix/x 2>&1; ls /nix/store | wc -l`,
        ['--whole-store'],
      );
      const count = readdirSync(join(each.store.root, 'nix/store')).length;
      assert.match(
        stdout.toString(),
        new RegExp(
          `^made\n/nix/store/\\w{32}-plain-1\\.0\n1775:1000:100\n(touch: .*/nix/(var/)?x.*: Read-only file system\n){2}${count + 2}\n$`,
        ),
      );
      assert.equal(stderr.toString(), '');
      assert.equal(treeHash(join(each.store.root, 'nix')), before);
      assert.deepEqual(readdirSync(join(each.cache, 'x/nix-build-shell/sessions')), []);
    });

    test('has a layer where the whole of it is shown: the plan says so, and --without store-layer is S13 to the letter', () => {
      const each = made();
      const kinds = (options: readonly string[]): readonly string[] =>
        planOf(each, ['--whole-store', ...options]).steps.map(({ op }) => op.kind);
      assert.ok(kinds([]).includes('storeLayer'));
      assert.ok(!kinds(['--without', 'store-layer']).includes('storeLayer'));
      const { stdout } = bash(each, 'touch /nix/store/x 2>&1 || true; ls /nix/store', [
        '--whole-store',
        '--without=store-layer',
      ]);
      const [first = '', ...listed] = stdout.toString().trim().split('\n');
      assert.match(first, /\/nix\/store\/x.*: Read-only file system$/);
      assert.deepEqual(listed.sort(), readdirSync(join(each.store.root, 'nix/store')).sort());
    });

    test("is the host's own for reading only where there can be no layer, and the plan says why", () => {
      const each = made();
      const sessions = join(each.store.root, 'nix/store/sessions');
      const plan = JSON.parse(
        run(['plan', '--json', '--store', each.store.root, '--whole-store', each.kept, 'true'], {
          user: who,
          env: { NIX_BUILD_SHELL_SESSIONS: sessions },
        }).stdout.toString(),
      ) as SandboxPlan;
      assert.ok(!plan.steps.some(({ op }) => op.kind === 'storeLayer'));
      const said = plan.omitted.find(({ what }) => /outputs .* cannot be written/.test(what));
      assert.match(said?.why ?? '', /^the changes would be put into the store itself; set another prefix/);
    });

    /** As if the kernel had refused a layer above this store in this place before. */
    const refuseLayer = (each: Case, place: 'session' | 'memory'): void => {
      bash(each, 'true');
      const device = statSync(join(each.store.root, 'nix/store')).dev;
      const known = join(each.cache, 'x/nix-build-shell/sessions/overlay-refused');
      appendFileSync(known, `${release()} ${device}/store-${place} EINVAL\n`);
      chmodSync(known, 0o644);
    };

    for (const [where, options] of [
      ['', []],
      [', where the whole of it is shown', ['--whole-store']],
      [', where the whole of it is shown under a layer in memory', ['--whole-store']],
    ] as const)
      test(`holds copies of the outputs that Nix left unfinished, which can be changed and removed${where}`, () => {
        const each = made('multiple-outputs');
        if (where.endsWith('memory')) refuseLayer(each, 'session');
        const half = unfinishedOutput(each);
        const before = treeHash(join(each.store.root, 'nix/store'));
        const { stdout, stderr } = bash(
          each,
          'cat $out/bin/half; echo more >>$out/bin/half; mv $out/bin $out/moved && ls $out/moved; rm -rf $out && mkdir $out && ls -A $out; mkdir $dev && echo dev',
          options,
        );
        assert.equal(stdout.toString(), 'half\nhalf\ndev\n');
        if (who !== null)
          assert.match(stderr.toString(), /1 of the files in what Nix left .* is missing inside: .*closed \(EACCES\)/);
        assert.equal(
          bash(each, 'cat $out/bin/half; ls $out', options).stdout.toString(),
          `half\nbin\n${who === null ? 'closed\n' : ''}`,
        );
        assert.equal(treeHash(join(each.store.root, 'nix/store')), before);
        assert.ok(half.endsWith('-multiple-outputs-1.0'));
      });

    test('is written to in memory where the session cannot be the layer, and the plan says why; where neither can, it is read-only', () => {
      const each = made();
      const why = (what: RegExp): string =>
        planOf(each, ['--whole-store']).omitted.find(omitted => what.test(omitted.what))?.why ?? '';
      refuseLayer(each, 'session');
      assert.match(why(/written to the store lies in memory/), /refused it here before, with EINVAL/);
      const write = 'mkdir $out 2>&1 && echo made >$out/x && cat $out/x; ls -A "$out"; stat -c %a:%u:%g /nix/store';
      assert.equal(bash(each, write, ['--whole-store']).stdout.toString(), 'made\nx\n1775:1000:100\n');
      refuseLayer(each, 'memory');
      assert.match(why(/outputs .* cannot be written/), /refused it here before, with EINVAL/);
      const closed = each.inside(['--whole-store'], 'bash', '-c', 'mkdir $out');
      assert.match(closed.stderr.toString(), /Read-only file system/);
    });

    test('does not show an output that was finished since, where the whole of it is shown, unless CMD names it', () => {
      const each = made();
      const out = finishedOutput(each);
      const before = treeHash(join(each.store.root, 'nix/store'));
      const write = 'ls -A "$out" 2>&1; mkdir $out && echo made >$out/x && ls $out';
      assert.match(bash(each, write, ['--whole-store']).stdout.toString(), /^ls: .*No such file or directory\nx\n$/);
      assert.equal(each.inside(['--whole-store'], 'cat', `${out}/done`).stdout.toString(), 'done\n');
      assert.match(
        planOf(each, ['--whole-store']).steps.find(({ op }) => op.kind === 'storeLayer')?.why ?? '',
        /those that the store has by now are hidden/,
      );
      assert.equal(treeHash(join(each.store.root, 'nix/store')), before);
    });

    test('says that what Nix left of the outputs is not copied where nothing tells which they are', () => {
      const each = made();
      const said = (): boolean =>
        planOf(each, ['--whole-store']).omitted.some(({ what }) =>
          /left of the outputs .* cannot be changed/.test(what),
        );
      assert.equal(said(), false);
      const file = join(each.kept, 'env-vars');
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^declare -x out(puts)?=.*\n/gm, ''));
      assert.equal(said(), true);
      const { stdout } = bash(each, 'mkdir /nix/store/new && ls -d /nix/store/new', ['--whole-store']);
      assert.equal(stdout.toString(), '/nix/store/new\n');
    });

    test('cannot be used to change the host, not even by root with namespaces of its own', () => {
      const each = made();
      const store = join(each.store.root, 'nix/store');
      const before = treeHash(store);
      const attack = [
        'p=${SHELL%/bin/bash}',
        'touch $p/x $p/bin/x; chmod -R u+w $p; chmod u+w $SHELL; echo x >>$SHELL; mv $p /nix/store/moved; rm -rf $p; ln $SHELL $p/bin/hard',
        'mount -o remount,rw $p; mount -o remount,bind,rw $p; umount $p; touch $p/x; chown 1000 $p; touch -d @5 $p; mount --bind /nix/store /tmp; touch /tmp/*/x',
      ].join('; ');
      for (const around of ['bash -c "$0"', 'busybox unshare -Umpf bash -c "$0"', 'busybox unshare -Urm bash -c "$0"'])
        each.inside([], 'bash', '-c', `exec 2>/dev/null; ${around}`, attack);
      for (const around of ['bash -c "$0"', 'busybox unshare -Umpf bash -c "$0"', 'busybox unshare -Urm bash -c "$0"'])
        each.inside(['--whole-store'], 'bash', '-c', `exec 2>/dev/null; ${around}`, attack);
      assert.equal(treeHash(store), before);
    });

    test('names the inputs that the store does not have any more, and how to get them back', () => {
      const each = made('plain-new', /-source$/);
      const source = readdirSync(join(each.store.root, 'nix/store')).find(path => path.endsWith('-source')) ?? '';
      const { stdout, stderr, status } = each.inside([], 'true');
      assert.equal(status, 0, stdout.toString() + stderr.toString());
      assert.match(
        stderr.toString(),
        new RegExp(
          `^nix-build-shell: 1 of the build's inputs is not in the store: /nix/store/${source}; to get them back: nix-store --store \\S+ -r /nix/store/${source}\n$`,
        ),
      );
      assert.ok(planOf(each).omitted.some(({ what }) => what === `the input /nix/store/${source} is missing`));
    });

    test('gives one command for several inputs that are missing, however many', () => {
      const line = (lost: RegExp): string => made('plain-new', lost).inside([], 'true').stderr.toString();
      assert.match(
        line(/-(source|default-builder\.sh)$/),
        /^nix-build-shell: 2 of [^;]*; to get them back: nix-store --store \S+ -r \/nix\/store\/\S+ \/nix\/store\/\S+\n$/,
      );
      assert.match(
        line(/-(source|default-builder\.sh|source-stdenv\.sh|stdenv-linux)$/),
        /^nix-build-shell: 4 of [^;]*; to get them back: nix-store --store \S+ -r \$\(nix-store --store \S+ -q --references \/nix\/store\/\S+\.drv\)\n/,
      );
    });

    test('names the inputs that were removed by hand, and what repairs them', () => {
      const each = made();
      const source = readdirSync(join(each.store.root, 'nix/store')).find(path => path.endsWith('-source')) ?? '';
      rmSync(join(each.store.root, 'nix/store', source), { recursive: true });
      const again = [each.inside([], 'true'), each.inside([], 'true')];
      for (const { stderr, status } of again) {
        assert.equal(status, 0);
        assert.match(
          stderr.toString(),
          new RegExp(
            `^nix-build-shell: 1 of the build's inputs is not in the store: /nix/store/${source}; to get them back: nix-store --store \\S+ --repair-path /nix/store/${source}\n$`,
          ),
        );
      }
    });

    test('is remembered, but what is remembered is only taken where it is there', () => {
      const each = made();
      const cached = join(each.cache, 'x/nix-build-shell/closures');
      bash(each, 'true');
      const [file = ''] = readdirSync(cached);
      const known = JSON.parse(readFileSync(join(cached, file), 'utf8')) as { entries: object[] };
      // A broken database is not even opened any more.
      const database = join(each.store.root, 'nix/var/nix/db/db.sqlite');
      const content = readFileSync(database);
      writeFileSync(database, 'broken');
      assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS);
      writeFileSync(database, content);
      for (const planted of [
        { ...known, entries: [{ name: '../../etc', type: 'directory' }, ...known.entries] },
        { ...known, entries: [{ name: '00000000000000000000000000000000-gone', type: 'directory' }, ...known.entries] },
        { ...known, entries: known.entries.map(entry => ({ ...entry, type: 'file' })) },
        { ...known, entries: [...known.entries, ...known.entries] },
        { ...known, root: '/elsewhere', entries: [] },
        { ...known, entries: 'all' },
        [],
      ]) {
        writeFileSync(join(cached, file), JSON.stringify(planted));
        assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS, JSON.stringify(planted));
      }
      if (process.getuid?.() === 0) {
        const owner = who?.uid ?? 0;
        writeFileSync(join(cached, file), JSON.stringify({ ...known, entries: known.entries.slice(1) }));
        chmodSync(join(cached, file), 0o644);
        chownSync(join(cached, file), owner + 1, owner + 1);
        assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS, 'a file of somebody else');
      }
      rmSync(join(cached, file), { force: true });
      writeFileSync(join(cached, file), '{');
      assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS);
    });

    test('is asked of the store again when a path that was remembered is gone, which is then named', () => {
      const each = made();
      bash(each, 'true');
      const source = readdirSync(join(each.store.root, 'nix/store')).find(path => path.endsWith('-source')) ?? '';
      rmSync(join(each.store.root, 'nix/store', source), { recursive: true });
      const { stderr, status } = each.inside([], 'true');
      assert.equal(status, 0);
      assert.match(stderr.toString(), /^nix-build-shell: 1 of the build's inputs is not in the store: \S+-source; /);
      assert.deepEqual(readdirSync(join(each.cache, 'x/nix-build-shell/closures')), []);
    });

    test('leaves nothing half-written where it cannot be remembered', () => {
      const each = made();
      const cached = join(each.cache, 'x/nix-build-shell/closures');
      bash(each, 'true');
      const [file = ''] = readdirSync(cached);
      rmSync(join(cached, file));
      // What is written cannot take its place.
      mkdirSync(join(cached, file));
      writeFileSync(join(cached, file, 'x'), '');
      assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS);
      assert.deepEqual(readdirSync(cached), [file]);
    });

    test('need not be remembered', () => {
      const each = made();
      for (const cache of ['/proc/nowhere', '/dev/null/x']) {
        const output = run(['--store', each.store.root, each.kept, 'bash', '-c', 'cd /nix/store; echo *'], {
          user: who,
          env: { XDG_CACHE_HOME: cache, NIX_BUILD_SHELL_SESSIONS: sessionsFor(who) },
        });
        assert.equal(output.stderr.toString(), '');
        assert.deepEqual(names(output), INPUTS);
      }
    });
  });
