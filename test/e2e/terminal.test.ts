/** On a terminal: the prompt and its line editing, Ctrl-C, Ctrl-Z and fg, and the exit status; as tmux(1) shows it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftovers, newMark, processesLeft } from '../support/leftovers.ts';
import { missing, type TestUser } from '../support/need.ts';
import { until } from '../support/patience.ts';
import { programFor } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { smallBuild } from '../support/small-build.ts';
import { Terminal } from '../support/tmux.ts';
import { SIDES, sessionsFor } from '../support/watched.ts';

const skip = missing('tmux', 'user-namespaces', 'static-bash', 'static-busybox');

/** A bash on a terminal, in which `enter` is the program with the small build; checks that nothing is left when it is closed. */
async function inTerminal(user: TestUser | null, use: (terminal: Terminal) => Promise<void>): Promise<void> {
  const { store, directory } = smallBuild();
  const sessions = sessionsFor(user);
  const mark = newMark();
  const enter = [programFor(user), '--store', store, directory].map(word => `'${word}'`).join(' ');
  const rc = `enter() { ${enter} "$@"; }; into() { '${programFor(user)}' enter "$@"; }; PS1='outer$ '; set +o history`;
  const terminal = new Terminal([...mark.words, 'bash', '--noprofile', '--rcfile', '/dev/null', '-i'], {
    user,
    env: { NIX_BUILD_SHELL_SESSIONS: sessions, PS1: '$ ', RC: rc },
  });
  try {
    await terminal.type('eval "$RC"; clear', /^outer\$ $/m);
    await use(terminal);
    await terminal.type('clear; echo over', /^over$/m);
    // A job that was ended in the background may still be removing its session when bash has waited for it.
    await until(
      'the sessions are gone',
      () => leftovers(sessions).length === 0,
      () => leftovers(sessions).join(' '),
    );
  } finally {
    terminal.close();
  }
  assert.deepEqual(await processesLeft(mark), []);
}

for (const [name, user] of SIDES) {
  test(`${name}: DIR alone is a prompt that names the build, edits lines, and has the shell's status`, {
    skip,
  }, async () => {
    await inTerminal(user, async terminal => {
      await terminal.type('enter', /^\[small-1\.0\] \/build \$ $/m);
      assert.match(await terminal.until(/./), /in small-1\.0; \/build is gone at the end \(or --keep\)$/m);
      // Left twice, and a letter in between; then the line before once more, by the arrow.
      terminal.press('echo ac', 'Left', 'b', 'Enter');
      await terminal.until(/^abc$/m);
      terminal.press('Up', 'C-a', 'C-k', 'echo "it is $((40 + 2))"', 'Enter');
      await terminal.until(/^it is 42$/m);
      // Ctrl-L leaves nothing but the line, and a long one goes on in the next.
      terminal.press('C-l', `echo ${'x'.repeat(80)}`);
      await terminal.until(/^\[small-1\.0\] \/build \$ echo x{54}\nx{26}$/);
      // Home and End as tmux and the console have them.
      terminal.send('\u001b[1~');
      terminal.press('C-k');
      await terminal.until(/^\[small-1\.0\] \/build \$ $/);
      terminal.press('ab', 'C-a');
      terminal.send('\u001b[4~');
      terminal.press('c', 'C-a', ': ', 'Enter');
      await terminal.until(/\$ : abc\n/);
      await terminal.type('echo "<$(env | grep TERM)>"', /^<TERM=xterm-256color>$/m);
      await terminal.type('tty; id -u; echo $HOME', /^1000\n\/homeless-shelter$/m);
      terminal.press('sleep 1000', 'Enter');
      await terminal.until(/\$ sleep 1000$/m);
      terminal.press('C-c');
      await terminal.until(/\^C\n\[small-1\.0\] \/build \$ $/m);
      await terminal.type('echo "status $?"', /^status 130$/m);
      await terminal.type('exit 9', /^outer\$ $/m);
      await terminal.type('echo "left with $?"', /^left with 9$/m);
    });
  });

  test(`${name}: a command is stopped, goes on, and is ended from the terminal`, { skip }, async () => {
    await inTerminal(user, async terminal => {
      await terminal.type("enter bash -c 'echo up; exec sleep 1000'", /^up$/m);
      terminal.press('C-z');
      await terminal.until(/Stopped/);
      await terminal.type('jobs; echo listed', /^listed$/m);
      await terminal.type('clear; fg', /^'.*"\$@"$/ms);
      terminal.press('C-c');
      await terminal.until(/\^C\n?outer\$ $/m);
      await terminal.type('echo "ended with $?"', /^ended with 130$/m);
    });
  });

  test(`${name}: a command without a terminal among its streams has none at all, and is stopped and ended from it all the same`, {
    skip,
  }, async () => {
    const said = join(scratchDirectory('said', 0o1777), 'said');
    const read = (): string => (existsSync(said) ? readFileSync(said, 'utf8') : '');
    await inTerminal(user, async terminal => {
      const script = ': </dev/tty; echo up; while :; do sleep 0.02; echo up; done';
      await terminal.type(`enter bash -c '${script}' </dev/null >'${said}' 2>&1`, /2>&1$/m);
      await until('it runs', () => read().includes('up'), read);
      assert.match(read(), /^bash: line 1: \/dev\/tty: No such device or address\n/);
      terminal.press('C-z');
      // What bash says of it is redirected, too.
      await terminal.until(/\^Z\n?outer\$ $/m);
      await terminal.type('clear; jobs', /Stopped/);
      const before = read();
      await terminal.type('clear; fg', /^'.*"\$@"/ms);
      await until('it goes on', () => read().length > before.length, read);
      terminal.press('C-c');
      await terminal.until(/\^C\n?outer\$ $/m);
      await terminal.type('echo "ended with $?"', /^ended with 130$/m);
    });
  });

  test(`${name}: a command that reads the terminal, and one that asks it for its size`, { skip }, async () => {
    await inTerminal(user, async terminal => {
      await terminal.type('enter bash -c \'read -r line; echo "got <$line>"\'', /./);
      await terminal.type('some words', /^got <some words>$/m);
      await terminal.type('enter bash -c \'exit 3\' </dev/null | cat; echo "${PIPESTATUS[0]}"', /^3$/m);
    });
  });
}

for (const [name, user] of SIDES)
  test(`${name}: a shell in a sandbox that was begun with a command has the same prompt, and edits lines; a link laid there leads nowhere`, {
    skip,
  }, async () => {
    const outside = scratchDirectory('outside', 0o1777);
    await inTerminal(user, async terminal => {
      await terminal.type("enter bash -c 'echo up; exec sleep 1000' & program=$!", /up$/m);
      await terminal.type(`clear; into $program`, /beside its first shell or command.*^\[small-1\.0\] \/build \$ $/ms);
      terminal.press('echo ac', 'Left', 'b', 'Enter');
      await terminal.until(/^abc$/m);
      await terminal.type('exit', /^outer\$ $/m);
      await terminal.type('clear; kill %1; wait; echo "all ended"', /^all ended$/m);
      // Somebody inside wants it written elsewhere.
      const trap = `busybox ln -s ${outside} /tmp/.nix-build-shell; echo up; exec sleep 1000`;
      await terminal.type(`clear; enter bash -c '${trap}' & program=$!`, /up$/m);
      await terminal.type('clear; into $program', /no line editing: .* = (ENOTDIR|ELOOP)/s);
      await terminal.type('exit', /^outer\$ $/m);
      await terminal.type('clear; kill %1; wait; echo "all ended"', /^all ended$/m);
    });
    assert.deepEqual(readdirSync(outside), []);
  });

test('without a terminal on stdin, DIR alone is wrong usage', { skip }, async () => {
  await inTerminal(null, async terminal => {
    await terminal.type(
      'enter </dev/null; echo "status $?"',
      /'nix-build-shell list' names the kept builds\nstatus 2$/m,
    );
  });
});
