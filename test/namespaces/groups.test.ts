/** Supplementary groups: root's are not in the sandbox, an ordinary user's cannot be dropped. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withoutGroups } from '../../src/ffi/groups.ts';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { programFor, run, runCommand } from '../support/program.ts';
import { smallBuild } from '../support/small-build.ts';

const skip = missing('root', 'user', 'user-namespaces', 'static-bash', 'static-busybox');
const STAY = 'your supplementary groups stay, shown as nogroup';
const MORE = '--groups=0,4,24,27';

function planned(words: readonly string[]): { readonly kinds: readonly string[]; readonly omitted: readonly string[] } {
  const plan = JSON.parse(runCommand(words).stdout.toString()) as SandboxPlan;
  return { kinds: plan.steps.map(({ op }) => op.kind), omitted: plan.omitted.map(({ what }) => what) };
}

test("root's groups are dropped", { skip }, () => {
  const { store, directory } = smallBuild();
  const words = ['setpriv', MORE, programFor(null)];
  const options = ['--store', store, directory];
  const inside = runCommand([...words, ...options, 'sh', '-c', 'id -G; echo $(grep ^Groups: /proc/self/status)']);
  assert.equal(inside.stderr.toString(), '');
  assert.equal(inside.stdout.toString(), '100\nGroups:\n');
  const { kinds, omitted } = planned([...words, 'plan', '--json', ...options, 'true']);
  assert.ok(kinds.includes('dropGroups'));
  assert.ok(!omitted.includes(STAY));
});

test('root that may not drop them says that they stay', { skip }, () => {
  const { store, directory } = smallBuild();
  const words = ['setpriv', MORE, '--bounding-set=-setgid', '--inh-caps=-setgid', programFor(null)];
  const { kinds, omitted } = planned([...words, 'plan', '--json', '--store', store, directory, 'true']);
  assert.ok(!kinds.includes('dropGroups'));
  assert.ok(omitted.includes(STAY));
});

test('a caller without any is not told that they stay', { skip }, () => {
  const { store, directory } = smallBuild();
  const user = ordinaryUser();
  const words = [programFor(user), 'plan', '--json', '--store', store, directory, 'true'];
  const ids = [`--reuid=${user?.uid}`, `--regid=${user?.gid}`];
  assert.ok(!planned(['setpriv', ...ids, '--clear-groups', '--', ...words]).omitted.includes(STAY));
  assert.ok(planned(['setpriv', ...ids, '--groups=4', '--', ...words]).omitted.includes(STAY));
  assert.equal(run(['--store', store, directory, 'true'], { user }).status, 0);
});

test('they are dropped for a moment only, however it ends', { skip: missing('root') }, () => {
  const before = process.getgroups?.() ?? [];
  const groups = (): string =>
    /^Groups:[ \t]*(.*?) *$/m.exec(readFileSync('/proc/thread-self/status', 'latin1'))?.[1] ?? 'unknown';
  process.setgroups?.([0, 4, 24]);
  try {
    assert.equal(withoutGroups(groups), '');
    assert.equal(groups(), '0 4 24');
    assert.throws(() =>
      withoutGroups(() => {
        throw new Error(groups());
      }),
    );
    assert.equal(groups(), '0 4 24');
  } finally {
    process.setgroups?.(before);
  }
});
