/** Two panes in one sandbox, in a real terminal: each sees the files and the processes of the other, and the first one's end is that of both. */
import assert from 'node:assert/strict';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import type { Pty } from '../support/pty.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { inPty, select, uiCommand } from '../support/ui-pty.ts';

const need = { skip: missing('static-bash', 'static-busybox', 'user-namespaces') };
const MENU = '\u001d';
const PROMPT = /\] \/build \$$/m;

function buildOf(user: TestUser | null): SmallBuild {
  const build = smallBuild();
  if (user !== null)
    for (const path of ['', 'env-vars', 'source']) chownSync(join(build.directory, path), user.uid, user.gid);
  return build;
}

/** The UI with two shells in one sandbox; the second one is shown. */
async function twoPanes(user: TestUser | null): Promise<Pty> {
  const pty = inPty(uiCommand(buildOf(user), undefined, user), { user });
  await select(pty);
  pty.type('s');
  await pty.shows(PROMPT);
  pty.type('clear; echo one >/build/one; sleep 1000 & echo began-$((40 + 2))\r');
  await pty.shows('began-42');
  pty.type(`${MENU}s`);
  await pty.shows(/5 Shell +small-1\.0 1 ▸2$/m);
  await pty.shows(/beside its first shell/);
  await pty.shows(PROMPT);
  return pty;
}

for (const [who, user] of [
  ['the caller', null],
  ['an ordinary user', ordinaryUser()],
] as const)
  test(`two panes see each other's files and processes, and end together, as ${who}`, need, async () => {
    const pty = await twoPanes(user);
    // The command line that does the same.
    assert.match(pty.screen(), /small-1\.0 2\/2 .*nix-build-shell enter \d+ {2}Ctrl-\] menu/);
    pty.type('clear; cat /build/one; grep -l sleep /proc/[0-9]*/comm; echo two >/build/two\r');
    await pty.shows(/^one$/m);
    await pty.shows(/^\/proc\/\d+\/comm$/m);
    pty.type(`${MENU}n`);
    await pty.shows(/small-1\.0 ▸1 2$/m);
    pty.type('clear; cat /build/two; exit 4\r');
    await pty.shows('small-1.0 1/2 ended with status 4');
    assert.match(pty.screen(), /^two$/m);
    pty.type(']');
    await pty.shows('small-1.0 2/2 ended with its sandbox');
    // The line may be broken by the terminal's width.
    assert.match(pty.screen().replaceAll('\n', ''), /the sandbox has ended with its first shell/);
    pty.type('r');
    await pty.shows(PROMPT);
    pty.type('clear; ls /build/one; echo again-$((40 + 2))\r');
    await pty.shows('again-42');
    assert.match(pty.screen(), /No such file/);
    pty.type(`${MENU}n`);
    await pty.shows(/small-1\.0 ▸1 2$.*small-1\.0 1\/2 .*\/build is the working copy/ms);
    pty.type(`${MENU}q`);
    await pty.shows(/▸1 Dirs/);
    pty.type('qy');
    assert.equal((await pty.ended()).status, 0);
  });

test('a second pane that is left is its own end, and closing the first one is that of all', need, async () => {
  const pty = await twoPanes(null);
  // Its terminal is its own: Ctrl-C and Ctrl-Z are for what runs in it.
  pty.type('clear; echo begun-$((40 + 2)); sleep 1000\r');
  await pty.shows('begun-42');
  pty.type('\u0003');
  await pty.shows(PROMPT);
  // A subshell that has said so is in the foreground: bash itself takes no notice of Ctrl-Z.
  pty.type('(echo status-$?; exec sleep 1000)\r');
  await pty.shows('status-130');
  pty.type('\u001a');
  await pty.shows(/Stopped +\( ?echo/);
  pty.type('exit 5\rexit 5\r');
  await pty.shows('small-1.0 2/2 ended with status 5');
  pty.type('r');
  await pty.shows(PROMPT);
  pty.type(`${MENU}n`);
  await pty.shows(/small-1\.0 ▸1 2$/m);
  pty.type('echo alive-$((40 + 2))\r');
  await pty.shows('alive-42');
  // Others would end with it: that is asked, and Esc gives the keyboard back.
  pty.type(`${MENU}x`);
  await pty.shows(/1 other shell runs in its sandbox, and ends with it/);
  pty.type('\u001b');
  await pty.shows('alive-42');
  pty.type('echo still-$((40 + 2))\r');
  await pty.shows('still-42');
  pty.type(`${MENU}x`);
  await pty.shows(/1 other shell/);
  pty.type('y');
  await pty.shows(/▸5 Shell +small-1\.0$.*small-1\.0 ended with its sandbox/ms);
  pty.type('x');
  await pty.shows(/▸1 Dirs/);
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});
