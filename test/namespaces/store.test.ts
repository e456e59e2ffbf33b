/** The store of a sandbox (S13): the build's inputs and no more, outputs that can be written, and a host's store that never changes. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { type FakeStore, fakeStore } from '../support/fake-store.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { type Output, run } from '../support/program.ts';
import { layOut } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { treeHash } from '../support/tree-hash.ts';

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
      const inside: Case['inside'] = (options, ...command) =>
        run(['--store', store.root, ...options, kept, ...command], {
          user: who,
          env: { XDG_CACHE_HOME: join(cache, 'x') },
        });
      return { store, kept, inside, cache };
    }
    const bash = (each: Case, script: string, options: readonly string[] = []): Output => {
      const output = each.inside(options, 'bash', '-c', script);
      assert.equal(output.status, 0, output.stderr.toString());
      return output;
    };
    const planOf = (each: Case, options: readonly string[] = [], command = ['true']): SandboxPlan =>
      JSON.parse(
        run(['plan', '--json', '--store', each.store.root, ...options, each.kept, ...command], {
          user: who,
        }).stdout.toString(),
      ) as SandboxPlan;

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

    test('holds copies of the outputs that Nix left unfinished, which can be changed and removed', () => {
      const each = made('multiple-outputs');
      const out = /out="(\/nix\/store\/[^"]*)"/.exec(readFileSync(join(each.kept, 'env-vars'), 'utf8'))?.[1] ?? '';
      chmodSync(join(each.store.root, 'nix/store'), 0o1775);
      const half = join(each.store.root, out);
      mkdirSync(join(half, 'bin'), { recursive: true });
      writeFileSync(join(half, 'bin/half'), 'half\n');
      writeFileSync(join(half, 'closed'), 'closed\n', { mode: 0o600 });
      const before = treeHash(join(each.store.root, 'nix/store'));
      const { stdout, stderr } = bash(
        each,
        'cat $out/bin/half; echo more >>$out/bin/half; rm -rf $out && mkdir $out && ls -A $out; mkdir $dev && echo dev',
      );
      assert.equal(stdout.toString(), 'half\ndev\n');
      if (who !== null)
        assert.match(stderr.toString(), /1 of the files in what Nix left .* is missing inside: .*closed \(EACCES\)/);
      assert.equal(treeHash(join(each.store.root, 'nix/store')), before);
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
      for (const around of ['bash -c "$0"', 'busybox unshare -Umpf bash -c "$0"'])
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
      writeFileSync(join(cached, file), '{');
      assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS);
    });
  });
