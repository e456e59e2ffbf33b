/** What the real Nix left of the outputs of a build that failed: there, at its real path, to be changed and removed, inside only. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDerivation } from '../../src/nix/parse-derivation.ts';
import { type Builder, keptBuild } from '../support/kept.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { type Output, run } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { treeHash } from '../support/tree-hash.ts';

const NIX = missing('nix', 'nix-daemon', 'static-bash', 'static-busybox', 'user-namespaces', 'root', 'user');
/** Whoever enters it, of what a build user left, and root of what it left itself, to which it could write. */
const SIDES: readonly (readonly [string, TestUser | null, Builder])[] = [
  ['root', null, 'daemon'],
  ['an ordinary user', ordinaryUser(), 'daemon'],
  ['root, who built it', null, 'root'],
];

for (const [name, user, builder] of SIDES)
  for (const [what, options] of [
    ['the input closure', []],
    ['the whole store', ['--whole-store']],
  ] as const)
    test(`${name}, shown ${what}, can change what Nix left of the outputs, and the host's stays as it was`, {
      skip: NIX,
    }, () => {
      const kept = keptBuild('outputs-left', builder);
      const parsed = parseDerivation(readFileSync(join(kept.store, kept.drv)), kept.drv).derivation;
      const outputs = new Map(parsed?.outputs.map(output => [output.name, String(output.path)]));
      const env = { XDG_CACHE_HOME: join(scratchDirectory('outputs', 0o1777), 'x') };
      const inside = (script: string): Output =>
        run(['--store', kept.store, ...options, kept.path, 'sh', '-c', script], { user, env });
      const left = [...outputs].filter(([, path]) => existsSync(join(kept.store, path)));
      assert.deepEqual(left.map(([output]) => output).sort(), ['dev', 'out']);
      const before = left.map(([, path]) => treeHash(join(kept.store, path)));
      const { stdout, stderr } = inside(
        'cat $out/bin/half $dev/include/half.h; ls -d $lib; echo x >>$dev/include/half.h; rm -r $out; mkdir $out $lib && ls -A $out; : >/nix/store/new; cd /nix/store && ls -d $dev $lib new',
      );
      assert.equal(
        stdout.toString(),
        `#!/bin/sh\n#define HALF\n${outputs.get('dev')}\n${outputs.get('lib')}\nnew\n`,
        stderr.toString(),
      );
      assert.match(inside('cat $out/bin/half; ls -A /nix/store').stdout.toString(), /^#!\/bin\/sh\n(?!.*^new$)/ms);
      assert.deepEqual(
        left.map(([, path]) => treeHash(join(kept.store, path))),
        before,
      );
      assert.ok(!existsSync(join(kept.store, 'nix/store/new')));
      assert.ok(!existsSync(join(kept.store, outputs.get('lib') ?? '')));
    });
