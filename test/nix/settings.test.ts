/** What is wrong with Nix' settings is told where somebody looks for it, and keeps no run from starting. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Answer, Diagnosis } from '../../src/sandbox/doctor/answer.ts';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { keptBuild } from '../support/kept.ts';
import { missing, type TestUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { RAW, SIDES } from '../support/watched.ts';

const skip = missing('nix', 'nix-daemon', 'user-namespaces', 'static-bash', 'static-busybox');
const GARBAGE = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * at * 31 + (at >> 3)) & 0xff));

/** A `nix.conf`, and a file beside it that only root may read. */
function confDirectory(text: string | Buffer): string {
  const directory = scratchDirectory('conf');
  writeFileSync(`${directory}/nix.conf`, text);
  writeFileSync(`${directory}/secret.conf`, 'extra-sandbox-paths = /etc\n', { mode: 0o600 });
  return directory;
}

function conf(user: TestUser | null, environment: Readonly<Record<string, string>>): Answer | undefined {
  const { stdout } = run(['doctor', '--json'], { user, env: environment });
  return (JSON.parse(stdout.toString()) as Diagnosis).answers.find(({ id }) => id === 'nix.conf');
}

const LOST = "what the machine's Nix settings show to builds may be missing";

for (const [name, user] of SIDES) {
  test(`${name}: doctor, show and plan tell what is wrong with nix.conf; a run goes on`, { skip }, () => {
    const environment = {
      NIX_CONF_DIR: confDirectory(
        'sandox = false\ninclude gone.conf\n!include secret.conf\nsandbox-paths = /nowhere/x\n',
      ),
    };
    const said = [
      /nix\.conf:2: it includes \S+gone\.conf, which is not there/,
      /sandbox-paths has \/nowhere\/x, which cannot be reached \(ENOENT\)/,
      ...(user === null ? [] : [/nix\.conf:3: it includes \S+secret\.conf, which cannot be read: EACCES/]),
    ];
    const found = conf(user, environment)?.found ?? '';
    for (const line of [...said, /nix\.conf:1: unknown setting 'sandox'/]) assert.match(found, line);
    const { path } = keptBuild('plain-old');
    const { stdout } = run(['plan', '--json', path, 'true'], { user, env: environment });
    const { omitted } = JSON.parse(stdout.toString()) as SandboxPlan;
    const why = omitted.find(({ what }) => what === LOST)?.why ?? '';
    for (const line of said) assert.match(why, line);
    assert.doesNotMatch(why, /sandox/);
    assert.match(run(['show', path], { user, env: environment }).stdout.toString(), /Nix' settings: \S+nix\.conf:2: /);
    const ran = run([path, 'true'], { user, env: environment });
    assert.equal(ran.stderr.toString(), '');
    assert.equal(ran.status, 0);
  });

  test(`${name}: a store path of sandbox-paths is there, and is not --without it`, { skip }, () => {
    const { path, drv } = keptBuild('plain-old');
    const env = { NIX_CONF_DIR: confDirectory(`sandbox-paths = ${drv}\n`) };
    const names = (options: readonly string[]): string =>
      run([...options, path, 'bash', '-c', 'echo /nix/store/*'], { user, env }).stdout.toString();
    const steps = (options: readonly string[]): string =>
      run(['plan', ...options, path, 'true'], { user, env })
        .stdout.toString()
        .replace(/\nDifferent from[^]*/, '');
    const without = ['--without', 'sandbox-paths'];
    assert.ok(names([]).includes(drv));
    assert.match(steps([]), /\(sandbox-paths\)/);
    assert.ok(!names(without).includes(drv));
    assert.doesNotMatch(steps(without), /\(sandbox-paths\)/);
  });

  test(`${name}: what leads to a path of sandbox-paths cannot be written, but --without modes`, { skip }, () => {
    const { path } = keptBuild('plain-old');
    const directory = confDirectory('sandbox-paths = /opt/shown/conf=/etc/hosts\n');
    const write = (options: readonly string[]): string =>
      run(
        [
          ...options,
          path,
          'bash',
          '-c',
          'cat /opt/shown/conf >/dev/null && mkdir /opt/new /opt/shown/new && echo made',
        ],
        {
          user,
          env: { NIX_CONF_DIR: directory },
        },
      ).stdout.toString();
    assert.equal(write([]), '');
    assert.equal(write(['--without', 'modes']), 'made\n');
  });

  test(`${name}: garbage, and a file that is too large, for nix.conf`, { skip }, () => {
    const { path } = keptBuild('plain-old');
    const environments = [GARBAGE, Buffer.alloc(1_100_000, 'a\n')].map(text => ({ NIX_CONF_DIR: confDirectory(text) }));
    for (const environment of environments) {
      const doctor = run(['doctor'], { user, env: environment }).stdout.toString();
      assert.match(doctor, /warning {2}the text of Nix' settings: /);
      assert.doesNotMatch(doctor, RAW);
      assert.ok(doctor.length < 20_000);
    }
    const [env = {}] = environments;
    assert.doesNotMatch(run(['plan', path, 'true'], { user, env }).stdout.toString(), RAW);
    assert.equal(run([path, 'true'], { user, env }).status, 0);
  });

  test(`${name}: what stands in a user's own nix.conf counts for keep-failed alone`, { skip }, () => {
    const home = scratchDirectory('home');
    mkdirSync(`${home}/nix`);
    writeFileSync(`${home}/nix/nix.conf`, 'keep-failed = yes\nkeep-faled = yes\n');
    for (const file of [`${home}/nix`, `${home}/nix/nix.conf`])
      if (user !== null) chownSync(file, user.uid, user.gid);
      else chmodSync(file, 0o755);
    const environment = {
      NIX_CONF_DIR: confDirectory(''),
      XDG_CONFIG_HOME: home,
      NIX_CONFIG: 'sandbox = maybe',
      NIX_REMOTE: 'daemon',
    };
    const { stdout } = run(['doctor'], { user, env: environment });
    const text = stdout.toString().replaceAll(/\s+/g, ' ');
    assert.match(text, /Nix' settings: sandbox = true \(the default\), keep-failed = yes, /);
    assert.match(text, /nix\.conf:2: unknown setting 'keep-faled'; NIX_CONFIG:1: sandbox has the value 'maybe'/);
  });
}
