/** The UI among the changes of the world: builds that come and go, deletions, signals, stops; and in tmux. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import type { Pty } from '../support/pty.ts';
import { envVarsText, SMALL_ENVIRONMENT, smallBuild } from '../support/small-build.ts';
import { Terminal } from '../support/tmux.ts';
import { innermost, inPty, select, uiCommand } from '../support/ui-pty.ts';

const need = { skip: missing('static-bash', 'static-busybox', 'user-namespaces') };

/** Another kept build, beside the small one. */
function keep(beside: string, name: string): string {
  const directory = join(dirname(beside), `nix-build-${name}.drv-0`);
  mkdirSync(directory);
  writeFileSync(join(directory, 'env-vars'), envVarsText({ ...SMALL_ENVIRONMENT, name }));
  return directory;
}

test('in tmux, from the list into the sandbox and out again', {
  skip: missing('tmux', 'user-namespaces'),
}, async () => {
  const terminal = new Terminal(['env', 'LANG=C.UTF-8', ...uiCommand(smallBuild())], { env: { TMPDIR: '/nowhere' } });
  try {
    await terminal.until(/\d+ kept$/m);
    await terminal.type('/small-1.0', /▸ {2}small /);
    await terminal.type('', /\] \/build \$/m);
    await terminal.type('id -u; echo in-$((40 + 2))', /^1000\nin-42$/m);
    await terminal.type('shopt -s checkwinsize; ls >/dev/null; echo $LINES $COLUMNS', /^22 80$/m);
    await terminal.type('exit 3', /ended with status 3/);
    terminal.press('q');
    await terminal.until(/^$/);
  } finally {
    terminal.close();
  }
});

test('under sudo it says whose the plans and the shells are', { skip: missing('root') || need.skip }, async () => {
  const pty = inPty(uiCommand(smallBuild()), { env: { SUDO_UID: '12345', SUDO_GID: '12345', SUDO_USER: 'somebody' } });
  await pty.shows("plans are root's here; shells act for somebody where that is enough");
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});

test('a deletion is asked for, never confirmed by Enter, and then real', need, async () => {
  const build = smallBuild();
  const pty = inPty(uiCommand(build, [dirname(build.directory)]));
  await select(pty);
  const other = keep(build.directory, 'other-1.0');
  pty.type('d');
  await pty.shows('This cannot be undone');
  pty.type('\r\r\r');
  // Keys are worked off in order: when the answer to a later one is seen, Enter has had its turn.
  pty.type('n');
  await pty.shows(/^(?!.*cannot be undone).*▸ {2}small /s);
  assert.ok(existsSync(build.directory));
  pty.type('d');
  await pty.shows('This cannot be undone');
  pty.type('y');
  await pty.shows('deleted 1 kept build directory');
  assert.equal(existsSync(build.directory), false);
  assert.ok(existsSync(other));
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});

test('a directory that has another one in its place is not deleted, before it was looked at', need, async () => {
  const build = smallBuild();
  const pty = inPty(uiCommand(build, [dirname(build.directory)]));
  await select(pty);
  pty.type('d');
  await pty.shows('This cannot be undone');
  rmSync(build.directory, { recursive: true });
  mkdirSync(build.directory);
  writeFileSync(join(build.directory, 'precious'), 'x');
  pty.type('y');
  await pty.shows(/It did not work.*another\W+directory/s);
  pty.type('\r');
  assert.ok(existsSync(join(build.directory, 'precious')));
  // Seen, it is a build as any other.
  pty.type('d');
  await pty.shows('This cannot be undone');
  pty.type('y');
  await pty.shows('deleted 1 kept build directory');
  assert.equal(existsSync(build.directory), false);
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});

test('builds come and go while the list is open', need, async () => {
  const build = smallBuild();
  const pty = inPty(uiCommand(build, [dirname(build.directory)]));
  await select(pty);
  pty.type('\u001b');
  const later = keep(build.directory, 'later-7.0');
  await pty.shows(/later +7\.0/);
  rmSync(later, { recursive: true });
  await pty.shows(/^(?!.*later +7\.0)/s);
  pty.type('q');
  assert.equal((await pty.ended()).status, 0);
});

test(
  'a build that vanishes while it is selected is gone from the list, and its shell says why it does not open',
  need,
  async () => {
    const build = smallBuild();
    const pty = inPty(uiCommand(build, [dirname(build.directory)]));
    await select(pty);
    pty.type('e');
    await pty.shows('variables from env-vars');
    rmSync(build.directory, { recursive: true });
    // At once, before the list knows.
    pty.type('s');
    await pty.shows(/ended with status 125|no build matches|No kept build/);
    pty.type('1');
    await pty.shows(/^(?!.*▸ {2}small )/s);
    pty.type('q');
    assert.equal((await pty.ended()).status, 0);
  },
);

test(
  'a build whose shell is gone from the store still shows its environment, and why it cannot be entered',
  need,
  async () => {
    const build = smallBuild();
    const gone = `/nix/store/${'a'.repeat(32)}-bash-gone/bin/bash`;
    writeFileSync(join(build.directory, 'env-vars'), envVarsText({ ...SMALL_ENVIRONMENT, SHELL: gone }));
    const pty = inPty(uiCommand(build));
    await select(pty);
    pty.type('e');
    await pty.shows(/variables from env-vars.*bash-gone.*Phases|variables from env-vars.*bash-gone.*Nix and stdenv/s);
    pty.type('1');
    await pty.shows(/▸1 Dirs/);
    pty.type('q');
    assert.equal((await pty.ended()).status, 0);
  },
);

/** A shell that tells whether the terminal is as it was. */
function aroundIt(command: readonly string[]): readonly string[] {
  const script = 'before=$(stty -g); "$@"; echo "status $?"; [ "$(stty -g)" = "$before" ] && echo as-before';
  return ['bash', '-c', script, 'bash', ...command];
}

async function onTheList(): Promise<Pty> {
  const pty = inPty(aroundIt(uiCommand(smallBuild())));
  await select(pty);
  assert.equal(pty.alternate(), true);
  return pty;
}

for (const [signal, number] of [
  ['SIGTERM', 15],
  ['SIGHUP', 1],
  ['SIGINT', 2],
] as const)
  test(`after ${signal} the terminal is as it was`, need, async () => {
    const pty = await onTheList();
    process.kill(innermost(pty.pid), signal);
    await pty.shows('as-before');
    assert.match(pty.screen(), new RegExp(`^status ${128 + number}$`, 'm'));
    assert.equal(pty.alternate(), false);
  });

test('a signal that comes right after the first frame leaves the terminal as it was, too', need, async () => {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    const pty = inPty(aroundIt(uiCommand(smallBuild())));
    await pty.shows('kept');
    process.kill(innermost(pty.pid), signal);
    await pty.shows('as-before');
    assert.equal(pty.alternate(), false);
  }
});

test('after q the terminal is as it was', need, async () => {
  const pty = await onTheList();
  pty.type('q');
  await pty.shows(/^status 0\nas-before$/m);
  assert.equal(pty.alternate(), false);
});

test('Ctrl-Z stops it, the shell has its terminal, and fg brings the list back', need, async () => {
  const pty = inPty(['bash', '--norc', '--noprofile', '-i'], { env: { PS1: 'outer> ' } });
  await pty.shows('outer>');
  pty.type(
    `${uiCommand(smallBuild())
      .map(word => `'${word}'`)
      .join(' ')}\r`,
  );
  await select(pty);
  pty.type('\u001a');
  await pty.shows('Stopped');
  assert.equal(pty.alternate(), false);
  pty.type('stty -a | grep -o " icanon"; echo here-$((40 + 2))\r');
  await pty.shows(/^ icanon\nhere-42$/m);
  pty.type('fg\r');
  await pty.shows(/▸ {2}small /);
  assert.equal(pty.alternate(), true);
  pty.type('?');
  await pty.shows('Keys that work here');
  pty.type('q');
  await pty.shows(/^(?!.*Keys that work here)/s);
  pty.type('q');
  await pty.shows(/outer>\s*$/);
  pty.type('exit\r');
  await pty.ended();
});

test("in tmux, what is copied is in tmux' own buffer", { skip: missing('tmux', 'user-namespaces') }, async () => {
  const build = smallBuild();
  const terminal = new Terminal(['env', 'LANG=C.UTF-8', ...uiCommand(build)], { env: { TMPDIR: '/nowhere' } });
  try {
    await terminal.until(/ kept/);
    terminal.press('/', ...'small-1.0'.split(''), 'Enter');
    await terminal.until(/filter: small-1\.0 /);
    terminal.press('y');
    await terminal.until(/copied to tmux/);
    assert.equal(terminal.buffer(), build.directory);
  } finally {
    terminal.close();
  }
});
