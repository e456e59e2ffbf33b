/** DIR alone where the build has no shell: a prompt all the same, with line editing, by a bash that is nowhere else; and in the UI. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { asUser, environmentFor, programFor } from '../support/program.ts';
import { BUSYBOX, shelllessBuild } from '../support/small-build.ts';
import { Terminal } from '../support/tmux.ts';
import { inPty, select, uiCommand } from '../support/ui-pty.ts';
import { SIDES, sessionsFor } from '../support/watched.ts';

const facts = ['tmux', 'user-namespaces', 'static-bash', 'static-busybox'] as const;

/** In a mount namespace without a static bash: then the machine's own comes with its loader and libraries. */
const HIDE = 'mount --bind /dev/null /bin/bash-static; exec "$@"';
const WITHOUT_STATIC = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', HIDE, 'sh'];
const THEN_STATUS = ['sh', '-c', '"$@"; echo "left with $?"', 'sh'];

for (const [name, user] of SIDES)
  for (const [how, before, skip] of [
    ['static', [], missing(...facts)],
    ['loaded by ld.so', WITHOUT_STATIC, missing('root', ...facts)],
  ] as const)
    test(`${name} has a prompt that edits lines, by a bash that is ${how}`, { skip }, async () => {
      const { store, directory } = shelllessBuild(`${BUSYBOX}/bin/env`);
      const enter = asUser(user, [programFor(user), '--store', store, directory]);
      const env = { ...environmentFor(user), NIX_BUILD_SHELL_SESSIONS: sessionsFor(user) };
      const terminal = new Terminal([...THEN_STATUS, ...before, ...enter], { env });
      try {
        const first = await terminal.until(/^\[small-1\.0\] \/build \$ $/m);
        assert.match(first, /the build has no shell: a bash that it did not have/);
        terminal.press('echo ac', 'Left', 'b', 'Enter');
        await terminal.until(/^abc$/m);
        terminal.press('Up', 'C-a', 'C-k', 'echo "it is $((40 + 2)) $words"', 'Enter');
        await terminal.until(/^it is 42 a b \$c$/m);
        await terminal.type('tty; id -u; type bash; echo over', /^1000\n.*bash: not found\nover$/m);
        const loader = '[ -e /tmp/.nix-build-shell/ld.so ] && echo loaded || echo static';
        await terminal.type(loader, before.length === 0 ? /^static$/m : /^loaded$/m);
        terminal.press('sleep 1000', 'Enter');
        await terminal.until(/\$ sleep 1000$/m);
        terminal.press('C-c');
        await terminal.until(/\^C\n\[small-1\.0\] \/build \$ $/m);
        await terminal.type('exit 9', /^left with 9$/m);
      } finally {
        terminal.close();
      }
    });

test('the UI says of such a build that it has no shell and no phases, and enters it, twice', {
  skip: missing('user-namespaces', 'static-bash', 'static-busybox'),
}, async () => {
  const pty = inPty(uiCommand(shelllessBuild(`${BUSYBOX}/bin/env`)));
  await select(pty);
  pty.type('e');
  await pty.shows('no shell: the builder is none');
  assert.match(pty.screen(), /no\s+phases to run/);
  assert.doesNotMatch(pty.screen(), /▸ Phases|▾ Phases/);
  pty.type('s');
  await pty.shows(/the build has no shell: a bash .*\n(?:.*\n)*.*\] \/build \$$/m);
  pty.type('echo in-$((40 + 2))\r');
  await pty.shows(/^in-42$/m);
  pty.type('\u001ds');
  await pty.shows(/beside its first shell[^]*\] \/build \$$/m);
  pty.type('echo two-$((40 + 2))\r');
  await pty.shows(/^two-42$/m);
  pty.type('\u001dq');
  await pty.shows(/▸1 Dirs/);
  pty.type('q');
  await pty.shows('Programs still run in 2 shells');
  pty.type('y');
  assert.equal((await pty.ended()).status, 0);
});
