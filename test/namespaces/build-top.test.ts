/** NIX_BUILD_TOP of a build without a sandbox: the working copy is there too, where something can be mounted at that place. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { missing, ordinaryUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { SMALL_ENVIRONMENT, type SmallBuild, smallBuild } from '../support/small-build.ts';

const SIDES = [
  ['root', missing('root', 'static-busybox', 'user-namespaces'), () => null],
  ['an ordinary user', missing('user', 'static-busybox', 'user-namespaces'), ordinaryUser],
] as const;

const TOP = '/nix/var/nix/builds/nix-7-9';

const buildAt = (top: string): SmallBuild =>
  smallBuild({ ...SMALL_ENVIRONMENT, NIX_BUILD_TOP: top, PWD: `${top}/source` });

/** What stands in the store at {@link TOP}, or in place of a directory above it. */
const IN_THE_WAY: readonly (readonly [string, string, (store: string) => void])[] = [
  ['nothing', TOP, () => {}],
  ['a file', TOP, store => writeFileSync(inStore(store, TOP), '')],
  ['a link that leads out of the store', TOP, store => symlinkSync(dirname(store), inStore(store, dirname(TOP)))],
  ['a name that no file can have', `/tmp/${'x'.repeat(300)}`, () => {}],
  ['a path that is too long', `/tmp${'/deep'.repeat(900)}`, () => {}],
];

function inStore(store: string, path: string): string {
  const place = join(store, path);
  mkdirSync(dirname(place), { recursive: true });
  return place;
}

for (const [name, skip, user] of SIDES) {
  test(`${name} finds the working copy at the build's own name for it, below /nix`, { skip }, () => {
    const { store, directory } = buildAt(TOP);
    mkdirSync(join(store, TOP), { recursive: true });
    const command = ['sh', '-c', 'pwd; echo more >> /build/source/hello.c; cat hello.c'];
    const { status, stdout, stderr } = run(['--store', store, directory, ...command], { user: user() });
    assert.equal(status, 0, stderr.toString());
    assert.equal(stdout.toString(), `${TOP}/source\nint main(void) { return 0; }\nmore\n`);
  });

  for (const [what, top, put] of IN_THE_WAY) {
    test(`${name} gets in though ${what} is at the build's own name for its directory`, { skip }, () => {
      const { store, directory } = buildAt(top);
      put(store);
      const inside = run(['--store', store, directory, 'cat', '/build/source/hello.c'], { user: user() });
      assert.equal(inside.status, 0, inside.stderr.toString());
      assert.equal(inside.stdout.toString(), 'int main(void) { return 0; }\n');
      const plan = run(['plan', '--store', store, directory], { user: user() });
      assert.match(
        plan.stdout.toString().replaceAll(/\s+/g, ' '),
        /the build's own name for its directory leads nowhere/,
      );
    });
  }
}
