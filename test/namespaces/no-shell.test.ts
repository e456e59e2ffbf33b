/** A build whose builder is no shell, and that has none: its command is started by a bash that it does not see. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing, ordinaryUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { BASH, BUSYBOX, SMALL_ENVIRONMENT, type SmallBuild, smallBuild } from '../support/small-build.ts';

const SIDES = [
  ['root', missing('root', 'static-busybox', 'user-namespaces'), () => null],
  ['an ordinary user', missing('user', 'static-busybox', 'user-namespaces'), ordinaryUser],
] as const;

const BUILDERS = [`${BUSYBOX}/bin/env`, `${BUSYBOX}/bin/busybox`, 'builtin:fetchurl'] as const;

/** Without env-vars, which only a shell writes. */
function shellless(builder: string): SmallBuild {
  const build = smallBuild();
  rmSync(join(build.directory, 'env-vars'));
  rmSync(join(build.store, BASH), { recursive: true });
  const variables = `("PATH","${BUSYBOX}/bin"),("name","small-1.0"),("out","${SMALL_ENVIRONMENT.out}"),("words","a b $c")`;
  const text = `Derive([("out","${SMALL_ENVIRONMENT.out}","","")],[],["${BUSYBOX}"],"x86_64-linux","${builder}",[],[${variables}])`;
  writeFileSync(join(build.store, 'nix/store/00000000000000000000000000000007-small-1.0.drv'), text, { mode: 0o644 });
  return build;
}

for (const [name, skip, user] of SIDES) {
  test(`${name} runs a command in a build without a shell`, { skip }, () => {
    for (const builder of BUILDERS) {
      const { store, directory } = shellless(builder);
      const inside = (...command: readonly string[]) =>
        run(['--store', store, directory, ...command], { user: user() });
      const { status, stdout, stderr } = inside('env');
      assert.equal(status, 0, stderr.toString());
      assert.match(stderr.toString(), /the build has no shell: a bash that it did not have starts the command/);
      const lines = stdout.toString().split('\n');
      for (const line of [`PATH=${BUSYBOX}/bin`, 'words=a b $c', 'NIX_BUILD_TOP=/build', 'name=small-1.0'])
        assert.ok(lines.includes(line), `${line} is not among ${stdout.toString()}`);
      assert.equal(inside('false').status, 1);
      assert.equal(inside('no-such-program').status, 127);
      // The build saw neither: its scripts would have failed.
      assert.equal(inside('stat', '/bin/sh').status, 1);
      assert.equal(inside('bash', '-c', ':').status, 127);
    }
  });
}

test('the plan and show say who starts the command', { skip: SIDES[1][1] }, () => {
  const { store, directory } = shellless(BUILDERS[0]);
  const user = ordinaryUser();
  const plan = run(['plan', '--store', store, directory], { user });
  assert.match(plan.stdout.toString(), /the build has no shell: this bash starts the command/);
  assert.doesNotMatch(plan.stdout.toString(), /the link \/bin\/sh/);
  const show = run(['show', '--store', store, directory], { user });
  assert.match(show.stdout.toString(), /shell +none: its builder is no shell, and none is among its inputs/);
});
