/** The whole store in a sandbox, with a layer above it (docs/decisions/0085-the-whole-store-has-a-layer.md), and what Nix left of the outputs. */
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { run } from '../support/program.ts';
import {
  bash,
  finishedOutput,
  planOf,
  SIDES,
  type StoreCase,
  storeCase,
  unfinishedOutput,
} from '../support/store-case.ts';
import { treeHash } from '../support/tree-hash.ts';

for (const [name, who, skip] of SIDES)
  describe(`the layer above the store in a sandbox of ${name}`, { skip }, () => {
    if (skip !== false) return;
    const made = (kind?: 'multiple-outputs'): StoreCase => storeCase(who, kind);

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
    const refuseLayer = (each: StoreCase, place: 'session' | 'memory'): void => {
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
  });
