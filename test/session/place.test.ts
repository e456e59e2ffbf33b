/** Where sessions are kept, whatever the environment says. */
import assert from 'node:assert/strict';
import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { failureLine } from '../../src/base/failure.ts';
import { cacheDirectory, sessionsDirectory, sessionsPlaces } from '../../src/session/place.ts';
import { missing, ordinaryUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { smallBuild } from '../support/small-build.ts';

const uid = process.getuid?.() ?? 0;

function placeOf(environment: Readonly<Record<string, string>>): string {
  const place = sessionsDirectory(environment);
  return place.ok ? place.value : failureLine(place.failure);
}

test('the cache is where XDG_CACHE_HOME or HOME say; what is empty or relative counts as not set', () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, string | null])[] = [
    [{ XDG_CACHE_HOME: '/c', HOME: '/h' }, '/c/nix-build-shell/x'],
    [{ HOME: '/h' }, '/h/.cache/nix-build-shell/x'],
    [{ XDG_CACHE_HOME: '', HOME: '/h' }, '/h/.cache/nix-build-shell/x'],
    [{ XDG_CACHE_HOME: 'c', HOME: '/h' }, '/h/.cache/nix-build-shell/x'],
    [{ HOME: '' }, null],
    [{ HOME: 'h' }, null],
    [{}, null],
  ];
  for (const [environment, expected] of cases) assert.equal(cacheDirectory(environment, 'x'), expected);
});

test('a TMPDIR that is empty or relative counts as not set, too', () => {
  const shared = (TMPDIR: string): unknown => sessionsPlaces({ TMPDIR }, 7);
  assert.deepEqual(shared('/t'), ['/t/nix-build-shell-7']);
  for (const odd of ['', 't', './t']) assert.deepEqual(shared(odd), ['/tmp/nix-build-shell-7'], odd);
});

test('directories are made for the caller alone, also below a link', () => {
  const top = scratchDirectory('place');
  const wanted = `${top}/a/b/sessions`;
  assert.equal(placeOf({ NIX_BUILD_SHELL_SESSIONS: wanted }), wanted);
  for (const made of [`${top}/a`, `${top}/a/b`, wanted]) assert.equal(statSync(made).mode & 0o777, 0o700);
  assert.equal(placeOf({ NIX_BUILD_SHELL_SESSIONS: wanted }), wanted);
  symlinkSync('a', join(top, 'link'));
  assert.equal(placeOf({ NIX_BUILD_SHELL_SESSIONS: `${top}/link/c` }), `${top}/link/c`);
});

test('a home that cannot be written, such as /proc, is no obstacle', () => {
  const top = scratchDirectory('place');
  writeFileSync(join(top, 'file'), '');
  for (const HOME of ['/proc', '/proc/self', '/dev/null', join(top, 'file')])
    assert.equal(placeOf({ HOME, TMPDIR: top }), `${top}/nix-build-shell-${uid}`, HOME);
});

test('the place that a plan names is that of a run', { skip: missing('user') }, () => {
  const user = ordinaryUser();
  const top = scratchDirectory('place', 0o1777);
  const build = smallBuild();
  for (const env of [{ HOME: '/', TMPDIR: top }, { HOME: top }]) {
    const words = ['plan', '--copy=copy', '--json', '--store', build.store, build.directory, 'true'];
    const { stdout, stderr } = run(words, { user, env });
    const { steps } = JSON.parse(stdout.toString()) as { steps: readonly { op: { kind: string; from?: string } }[] };
    const from = steps.find(({ op }) => op.from?.endsWith('/SESSION/build') === true)?.op.from;
    const expected = env.HOME === '/' ? `nix-build-shell-${user?.uid}` : '.cache/nix-build-shell/sessions';
    assert.equal(from, `${top}/${expected}/SESSION/build`, stderr.toString());
  }
});

test('a chosen place that cannot be had is said, with the call', () => {
  const top = scratchDirectory('place');
  writeFileSync(join(top, 'file'), '');
  symlinkSync('nowhere', join(top, 'broken'));
  const cases = {
    '/proc/x': /mkdir\("\/proc\/x"\) = ENOENT; NIX_BUILD_SHELL_SESSIONS names another directory/,
    [join(top, 'file')]: /mkdir\(".*file"\) = EEXIST; /,
    [join(top, 'file/x')]: /mkdir\(".*file\/x"\) = ENOTDIR; /,
    [join(top, 'broken')]: /mkdir\(".*broken"\) = EEXIST; /,
    relative: /^cannot keep sessions in relative: NIX_BUILD_SHELL_SESSIONS must be an absolute path$/,
  };
  for (const [place, says] of Object.entries(cases)) assert.match(placeOf({ NIX_BUILD_SHELL_SESSIONS: place }), says);
});
