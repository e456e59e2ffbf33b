/** A build whose builder is no shell, and that has none: its command is started by a bash that it does not see. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing, ordinaryUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { BUSYBOX, shelllessBuild } from '../support/small-build.ts';

const SIDES = [
  ['root', missing('root', 'static-busybox', 'user-namespaces'), () => null],
  ['an ordinary user', missing('user', 'static-busybox', 'user-namespaces'), ordinaryUser],
] as const;

const BUILDERS = [`${BUSYBOX}/bin/env`, `${BUSYBOX}/bin/busybox`, 'builtin:fetchurl'] as const;

/** `alias` is a builtin of the bash that starts it. */
const REFUSED = [
  ['no-such-program', /\nnix-build-shell: cannot run the command: no directory of the build's PATH has it; .*\n$/],
  ['alias', /\nnix-build-shell: cannot run the command: no directory of the build's PATH has it; .*\n$/],
  ['/bin/none', /\nnix-build-shell: cannot run the command: there is no such file in the sandbox\n$/],
] as const;

for (const [name, skip, user] of SIDES) {
  test(`${name} runs a command in a build without a shell`, { skip }, () => {
    for (const builder of BUILDERS) {
      const { store, directory } = shelllessBuild(builder);
      const inside = (...command: readonly string[]) =>
        run(['--store', store, directory, ...command], { user: user() });
      const { status, stdout, stderr } = inside('env');
      assert.equal(status, 0, stderr.toString());
      assert.match(stderr.toString(), /the build has no shell: a bash that it did not have starts the command/);
      const lines = stdout.toString().split('\n');
      for (const line of [`PATH=${BUSYBOX}/bin`, 'words=a b $c', 'NIX_BUILD_TOP=/build', 'name=small-1.0'])
        assert.ok(lines.includes(line), `${line} is not among ${stdout.toString()}`);
      assert.equal(inside('false').status, 1);
      for (const [command, why] of REFUSED) {
        const refused = inside(command);
        assert.equal(refused.status, 127, command);
        assert.match(refused.stderr.toString(), why);
      }
      // The build saw neither: its scripts would have failed.
      assert.equal(inside('stat', '/bin/sh').status, 1);
      assert.equal(inside('bash', '-c', ':').status, 127);
    }
  });
}

test('the plan and show say who starts the command', { skip: SIDES[1][1] }, () => {
  const { store, directory } = shelllessBuild(BUILDERS[0]);
  const user = ordinaryUser();
  const plan = run(['plan', '--store', store, directory], { user });
  assert.match(plan.stdout.toString(), /the build has no shell: this bash starts the command/);
  assert.doesNotMatch(plan.stdout.toString(), /the link \/bin\/sh|is the build's own shell/);
  assert.match(plan.stdout.toString(), /there is no \/bin\/sh, /);
  const show = run(['show', '--store', store, directory], { user });
  assert.match(show.stdout.toString(), /shell +none: its builder is no shell, and none is among its inputs/);
});
