/** The demo as a newcomer meets it: with Nix, without it, without static programs; as root and as an ordinary user. */
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { asUser, type Output, PROJECT, programFor, runCommand } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { Terminal } from '../support/tmux.ts';
import { treeHash } from '../support/tree-hash.ts';

const USERS: readonly (readonly [name: string, fact: 'root' | 'user', () => TestUser | null])[] = [
  ['root', 'root', () => null],
  ['an ordinary user', 'user', ordinaryUser],
];
const NO_NIX = 'mount -t tmpfs none /nix';
const NO_STATIC = 'for p in /bin/bash-static /bin/busybox; do [ ! -e $p ] || mount --bind /dev/null $p; done';

interface Where {
  readonly user: TestUser | null;
  /** What is hidden from the demo first, in a mount namespace of its own: lines of sh(1). */
  readonly hide?: readonly string[];
}

/** A home of the user's own, for the cache. */
function newHome(user: TestUser | null): string {
  const home = join(scratchDirectory('demo'), 'home');
  mkdirSync(home, { mode: 0o700 });
  if (user !== null && process.getuid?.() === 0) chownSync(home, user.uid, user.gid);
  return home;
}

/** `npm run demo`, without npm and without a terminal. */
function played({ user, hide = [] }: Where): Output & { readonly text: string; readonly store: string } {
  const home = newHome(user);
  const env = { HOME: home, XDG_CACHE_HOME: undefined };
  const demo = ['node', join(dirname(programFor(user)), 'scripts/demo.mjs')];
  const script = [...hide, 'exec "$@"'].join('\n');
  const hidden = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh', ...asUser(user, demo)];
  const output =
    hide.length === 0 ? runCommand(demo, { user, env }) : runCommand(hidden, { env: { ...env, HOME: home } });
  const text = output.stdout.toString() + output.stderr.toString();
  return { ...output, text, store: join(home, '.cache/nix-build-shell/demo') };
}

function assertPlayed({ status, text, store }: ReturnType<typeof played>): void {
  assert.equal(status, 0, text);
  assert.match(text, /could not run `pkg-config`/);
  assert.match(text, /No package 'openssl' found/);
  assert.match(text, /Weather report: Utrecht/);
  assert.match(text, /^Hello, world!$/m);
  assert.equal(text.match(/^\(exit status \d+\)$/gm)?.length, 10);
  assert.doesNotMatch(text, /NOT as it should be/);
  assert.match(readFileSync(join(store, 'recipe/package.nix'), 'utf8'), /cargo rustc pkg-config/);
}

for (const [name, fact, user] of USERS) {
  test(`${name} plays the story, and the fixture stays as it was`, { skip: missing(fact, 'user-namespaces') }, () => {
    const fixture = join(dirname(programFor(user())), 'fixtures');
    const before = treeHash(fixture);
    assertPlayed(played({ user: user() }));
    assert.equal(treeHash(fixture), before);
  });

  const skip = missing('root', fact, 'user-namespaces');
  test(`${name} plays the story where there is no Nix, and is told so`, { skip }, () => {
    const output = played({ user: user(), hide: [NO_NIX] });
    assertPlayed(output);
    assert.match(output.text, /^demo: no Nix here/m);
  });

  test(`${name} plays the story where no program is static: the libraries come along`, { skip }, () => {
    const output = played({ user: user(), hide: [NO_NIX, NO_STATIC] });
    assertPlayed(output);
    assert.match(output.text, /^\$ binds=\(--bind /m);
  });

  test(`${name} lives the story on a terminal of 80 columns and 24 lines`, {
    skip: missing(fact, 'user-namespaces', 'tmux'),
  }, async () => {
    const home = newHome(user());
    const demo = join(dirname(programFor(user())), 'scripts/demo.mjs');
    const terminal = new Terminal(['node', demo], { user: user(), env: { HOME: home } });
    try {
      const first = await terminal.until(/\[wttr-0\.1\.0\] \/build\/source \$ $/);
      assert.match(first, /^demo: /, 'all of it is on the screen');
      assert.match(await terminal.type('cargo build', /\$ $/), /could not run `pkg-config`/);
      await terminal.type('PATH=$(echo /nix/store/*pkg-config*/bin):$PATH; clear', /^\S+ \S+ \$ $/);
      assert.match(await terminal.type('cargo build', /\$ $/), /No package 'openssl' found/);
      await terminal.type(
        'export PKG_CONFIG_PATH=$(echo /nix/store/*openssl*-dev/lib/pkgconfig); clear',
        /^\S+ \S+ \$ $/,
      );
      assert.match(await terminal.type('cargo run', /0\.0 mm\s[^]*\$ $/), /Weather report: Utrecht/);
      await terminal.type(
        "sed -i 's/c ]/c pkg-config ]/; s/\\[ ]/[ openssl ]/' /recipe/package.nix; clear",
        /^\S+ \S+ \$ $/,
      );
      const last = await terminal.type('exit', /by itself, step by step/);
      assert.match(last, /^\+ {2}nativeBuildInputs = \[ cargo rustc pkg-config \];$/m);
      assert.match(last, /^\+ {2}buildInputs = \[ openssl \];$/m);
    } finally {
      terminal.close();
    }
  });
}

/** A bin of a few programs alone, for PATH. */
function binOf(names: readonly string[]): string {
  const bin = scratchDirectory('bin', 0o755);
  for (const name of names) {
    const { stdout } = runCommand(['sh', '-c', 'command -v "$0"', name]);
    symlinkSync(stdout.toString().trim(), join(bin, name));
  }
  return bin;
}

for (const [name, fact, user] of USERS)
  test(`${name} without a cache that can be written has one store of the demo, not one more each time`, {
    skip: missing(fact),
  }, () => {
    const script = join(dirname(programFor(user())), 'scripts/demo-store.mjs');
    const program = `import(process.argv[1]).then(({ demoStore }) => console.log(demoStore().place))`;
    const made = (temporary: string): string => {
      const env = { HOME: '/dev/null', XDG_CACHE_HOME: undefined, TMPDIR: temporary };
      const { stdout, stderr } = runCommand(['node', '-e', program, script], { user: user(), env });
      assert.equal(stderr.toString(), '');
      return stdout.toString().trim();
    };
    const temporary = scratchDirectory('temporary', 0o1777);
    const place = made(temporary);
    assert.equal(made(temporary), place);
    assert.equal(readdirSync(temporary).length, 1);
    // What somebody else laid there is not used.
    const planted = scratchDirectory('planted', 0o1777);
    const link = join(planted, basename(dirname(place)));
    symlinkSync(dirname(place), link);
    assert.notEqual(dirname(made(planted)), link);
  });

test('a bash that is found elsewhere than in PATH plays the story', {
  skip: missing('user-namespaces', 'static-bash'),
}, () => {
  const env = { HOME: newHome(null), XDG_CACHE_HOME: undefined };
  const bin = binOf(['env', 'sh', 'node', 'readlink', 'diff']);
  const demo = ['node', join(PROJECT, 'scripts/demo.mjs')];
  const { stdout, stderr, status } = runCommand(demo, { env: { ...env, PATH: bin } });
  assert.equal(stderr.toString(), '');
  assert.match(stdout.toString(), /demo: done/);
  assert.equal(status, 0);
});

test('where no sandbox can be made the story ends at its first step, with a hint and a status', {
  skip: missing('user-namespaces'),
}, () => {
  const home = newHome(null);
  const script = 'echo 0 > /proc/sys/user/max_user_namespaces; exec node "$0"';
  const words = ['unshare', '--user', '--map-root-user', 'sh', '-ec', script];
  const demo = join(dirname(programFor(null)), 'scripts/demo.mjs');
  const { status, stdout } = runCommand([...words, demo], { env: { HOME: home, XDG_CACHE_HOME: undefined } });
  assert.equal(status, 1);
  assert.match(stdout.toString(), /clone\(.*\) = ENOSPC.*\n\(exit status 125\)\ndemo: NOT as it should be: .*\n$/);
});
