/** The UI in a real terminal: from the list into a real sandbox and out again, as root and as the ordinary user. */
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { programFor } from '../support/program.ts';
import type { Pty, PtyOptions } from '../support/pty.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { inPty, select, uiCommand } from '../support/ui-pty.ts';

const need = { skip: missing('static-bash', 'static-busybox', 'user-namespaces') };
function give(build: SmallBuild, user: TestUser | null): SmallBuild {
  if (user !== null)
    for (const path of ['', ...readdirSync(build.directory)])
      chownSync(join(build.directory, path), user.uid, user.gid);
  return build;
}

/** The UI on one small build. */
function ui(build: SmallBuild, options: PtyOptions = {}): Pty {
  return inPty(uiCommand(build, undefined, options.user), options);
}

for (const [who, user] of [
  ['the caller', null],
  ['an ordinary user', ordinaryUser()],
] as const) {
  test(`from the list into the sandbox and out again, as ${who}`, need, async () => {
    const pty = ui(give(smallBuild(), user), { user });
    await select(pty);
    pty.type('\r');
    await pty.shows(/\] \/build \$$/m);
    pty.type('id -u; echo in-$((40 + 2))\r');
    await pty.shows('in-42');
    assert.match(pty.screen(), /^1000$/m);
    pty.type('exit 3\r');
    await pty.shows('ended with status 3');
    pty.type('q');
    assert.deepEqual(await pty.ended(), { status: 0, signal: 0 });
    assert.equal(pty.alternate(), false);
  });
}

test('behind the reserved key: the plan, and back into the shell that went on', need, async () => {
  const pty = ui(smallBuild());
  await select(pty);
  pty.type('s');
  await pty.shows(/\] \/build \$$/m);
  pty.type('x=kept-4$((1+1))\r');
  await pty.shows('Ctrl-] menu');
  pty.type('\u001d');
  await pty.shows('Ctrl-] itself');
  pty.type('p');
  await pty.shows('new namespaces');
  pty.type('5');
  await pty.shows('Ctrl-] menu');
  pty.type('echo $x\r');
  await pty.shows(/^kept-42$/m);
  pty.type('\u001dx');
  await pty.shows(/▸1 Dirs/);
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});

test('leaving with a shell that runs asks once, and leaves no process', need, async () => {
  const pty = ui(smallBuild());
  await select(pty);
  pty.type('s');
  await pty.shows(/\] \/build \$$/m);
  pty.type('\u001dq');
  await pty.shows(/▸1 Dirs/);
  pty.type('q');
  await pty.shows(/y/);
  pty.type('y');
  assert.equal((await pty.ended()).status, 0);
  assert.equal(pty.alternate(), false);
});

test('the environment, the plan and the help of a build', need, async () => {
  const pty = ui(smallBuild());
  await select(pty);
  pty.type('e');
  await pty.shows(/variables from env-vars/);
  pty.type('/home\u007f\u007f\u007f\u007fHOME\r');
  await pty.shows('/homeless-shelter');
  pty.type('3');
  await pty.shows('new namespaces');
  pty.type('?');
  await pty.shows('Keys that work here');
  pty.type('\u001b');
  await pty.shows(/^(?!.*Keys that work here).*▸3 Plan/s);
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});

test(
  'line mode: a numbered list, a prompt, a shell on the terminal as it is; nothing is drawn over',
  need,
  async () => {
    const build = smallBuild();
    const pty = inPty(uiCommand(build), { env: { TERM: 'dumb' }, rows: 60 });
    const [, number = ''] = /^(\d+)\. small-1\.0/m.exec(await pty.shows('What?')) ?? [];
    pty.type(`${number}\r`);
    await pty.shows(/\/build \$/);
    pty.type('echo in-$((40 + 2)); exit 5\r');
    await pty.shows('The shell ended with status 5');
    pty.type(`d${number}\r`);
    await pty.shows('Type yes');
    pty.type('y\r');
    await pty.shows('It is kept');
    pty.type('q\r');
    assert.equal((await pty.ended()).status, 0);
    assert.equal(pty.alternate(), false);
  },
);

test('the settings file: own keys, and what is wrong in it is said', need, async () => {
  const config = scratchDirectory('config');
  mkdirSync(join(config, 'nix-build-shell'));
  writeFileSync(join(config, 'nix-build-shell/settings.json'), '{"keys": {"help": "H"}, "mood": "good"}');
  const pty = ui(smallBuild(), { env: { XDG_CONFIG_HOME: config } });
  await pty.shows("there is no setting 'mood'");
  pty.type('H');
  await pty.shows('Keys that work here');
  pty.type('q');
  await pty.shows(/^(?!.*Keys that work here)/s);
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});

test('a terminal that does not know its size is taken for one of 80x24', need, async () => {
  const build = smallBuild();
  const pty = inPty(['/bin/sh', '-c', 'stty cols 0 rows 0; exec "$@"', 'sh', ...uiCommand(build)], {});
  await select(pty);
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});

test('what a closed directory holds is not known, and not nothing', { skip: missing('user') }, async () => {
  const place = scratchDirectory('places');
  mkdirSync(join(place, 'nix-build-closed-1.0.drv-0'), { mode: 0 });
  const user = ordinaryUser();
  if (user !== null) chownSync(join(place, 'nix-build-closed-1.0.drv-0'), user.uid, user.gid);
  const pty = inPty([programFor(user), '--ui', place], { user });
  await pty.shows('kept');
  pty.type('/closed-1.0\r');
  await pty.shows(/▸ {2}closed .* – .*holds {3}cannot be counted/s);
});

test('every mistake in the settings file is said', need, async () => {
  const config = scratchDirectory('config');
  mkdirSync(join(config, 'nix-build-shell'));
  const wrong = '{"keys": {"nope": "x", "help": []}, "colours": {"accent": "pink"}, "theme": "blue", "mouse": "yes"}';
  writeFileSync(join(config, 'nix-build-shell/settings.json'), wrong);
  const pty = ui(smallBuild(), { env: { XDG_CONFIG_HOME: config } });
  await pty.shows(/'nope'.*'help' has no key.*"pink" is none.*'theme' is none.*'mouse' is neither/s);
  pty.type('\r');
  await select(pty);
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});
