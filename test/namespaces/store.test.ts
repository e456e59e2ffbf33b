/** The store of a sandbox (S13): the build's inputs and no more, outputs that can be written, and a host's store that never changes. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { bash, INPUTS, names, planOf, SIDES, type StoreCase, storeCase } from '../support/store-case.ts';
import { treeHash } from '../support/tree-hash.ts';

for (const [name, who, skip] of SIDES)
  describe(`the store in a sandbox of ${name}`, { skip }, () => {
    if (skip !== false) return;
    const made = (): StoreCase => storeCase(who);

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
  });
