/**
 * Everything that a launch does fails once: each call of the lowered plan, the clone, the execs, the descriptors. Each gives its own
 * message and status, and leaves nothing. New operations are covered as soon as a plan below has them, and missed where none has.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { failureLine } from '../../src/base/failure.ts';
import { hostPath, innerPath } from '../../src/base/path.ts';
import type { Carrier } from '../../src/ffi/request.ts';
import type { StoreEntry } from '../../src/nix/store-entries.ts';
import { OPS } from '../../src/sandbox/op.ts';
import type { Op } from '../../src/sandbox/step.ts';
import type { FaultRun } from '../support/faults.ts';
import { flatSandbox } from '../support/flat.ts';
import { flatEntrance, flatPlan } from '../support/flat-plan.ts';
import { type Fact, missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { type Job, runJob } from '../support/start-job.ts';

const SIDES: readonly (readonly [name: string, fact: Fact, user: () => TestUser | null, carrier: Carrier])[] = [
  ['root', 'root', () => null, 'memfd'],
  ['an ordinary user', 'user', ordinaryUser, 'memfd'],
  ['an ordinary user', 'user', ordinaryUser, 'program'],
];

/** A plan with as many kinds of operations as one can have. */
function fullJob(user: TestUser | null): Job {
  const base = flatSandbox(user);
  const overlayIn = join(base, 'session');
  for (const name of ['', 'build', 'work', 'root']) mkdirSync(join(overlayIn, name), { recursive: true });
  if (user !== null) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, overlayIn]);
  const store = join(base, 'store/nix/store');
  const storeEntries: StoreEntry[] = readdirSync(store).map(name => ({ name, type: 'directory' }));
  const file = '00000000000000000000000000000008-file';
  writeFileSync(join(store, file), '');
  storeEntries.push({ name: file, type: 'file' }, { name: file.replace('8', '9'), type: 'link', target: file });
  const binds = [
    { from: hostPath(`${base}/store`), to: innerPath('/tmp/bound'), type: 'directory' },
    { from: hostPath('/etc/hostname'), to: innerPath('/tmp/file'), type: 'file' },
  ] as const;
  const byRoot = user === null;
  if (byRoot) execFileSync('chown', ['-R', '12345:12346', join(base, 'build')]);
  const change = { dropGroups: byRoot, buildTop: '/tmp/nix-build-x.drv-0', overlayIn, byRoot, storeEntries };
  return { base, command: ['true'], options: { binds }, change };
}

/** The whole store under its layer, in memory, as that has more calls: a plan has this, or the paths of a closure. */
function layerJob(user: TestUser | null): Job {
  const base = flatSandbox(user);
  const session = join(base, 'session');
  for (const name of ['', 'store', 'store-work', 'root']) mkdirSync(join(session, name), { recursive: true });
  if (user !== null) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, session]);
  return { base, command: ['true'], options: {}, change: { storeLayer: { session, place: 'memory' } } };
}

/** So many store paths that a loop shows them. */
function manyPathsJob(user: TestUser | null): Job {
  const base = flatSandbox(user);
  const store = join(base, 'store/nix/store');
  for (let number = 10; number < 50; number += 1)
    mkdirSync(join(store, `000000000000000000000000000000${number}-path`));
  const storeEntries: StoreEntry[] = readdirSync(store).map(name => ({ name, type: 'directory' }));
  return { base, command: ['true'], options: {}, change: { storeEntries } };
}

function planOf({ base, command, options, change }: Job): ReturnType<typeof flatPlan> {
  return flatPlan(base, command, options, change);
}

test('the plans that are made to fail have every kind of operation', {
  skip: missing('root', 'static-bash', 'static-busybox'),
}, () => {
  const job = fullJob(null);
  const plans = [planOf(job), planOf(layerJob(null)), flatEntrance(job.base, job.command)];
  const steps = plans.flatMap(plan => plan.steps);
  const kinds = new Set<string>(steps.map(({ op }) => op.kind));
  assert.deepEqual(
    Object.keys(OPS).filter(kind => !kinds.has(kind)),
    [],
  );
});

for (const [name, fact, user, carrier] of SIDES) {
  test(`as ${name}, by the carrier ${carrier}, each fault has its own message and leaves nothing`, {
    skip: missing(fact, 'user-namespaces', 'static-bash', 'static-busybox'),
  }, () => {
    const runs = faultsOf(fullJob(user()), user(), carrier);
    const said = runs.flatMap(({ failure, optional }) => (failure === null || optional ? [] : [failureLine(failure)]));
    const own = said.filter(line => !line.includes('EMFILE'));
    assert.deepEqual(
      own.filter((line, index) => own.indexOf(line) !== index),
      [],
    );
    assert.ok(runs.filter(({ optional }) => !optional).length > 60, `${runs.length} faults`);
  });
}

for (const [name, fact, user] of SIDES.slice(0, 2))
  test(`as ${name}, each fault with a layer above the store has its own message and leaves nothing`, {
    skip: missing(fact, 'user-namespaces', 'static-bash', 'static-busybox'),
  }, () => {
    const runs = faultsOf(layerJob(user()), user(), 'memfd', 'storeLayer');
    assert.equal(runs.length, 7);
    for (const { failure, optional } of runs) if (!optional) assert.match(failure?.hint ?? '', /--without store-layer/);
  });

for (const [name, fact, user, carrier] of SIDES)
  test(`as ${name}, by the carrier ${carrier}, each fault on the way into a sandbox that runs has its own message and leaves nothing`, {
    skip: missing(fact, 'user-namespaces', 'static-bash', 'static-busybox'),
  }, () => {
    const job = { base: flatSandbox(user()), command: ['true'], enters: true };
    const faulty = faultsOf(job, user(), carrier).filter(({ optional }) => !optional);
    assert.ok(faulty.length > 15, `${faulty.length} faults`);
    for (const { fault, failure } of faulty) assert.match(failure?.wanted ?? '', /^(enter the sandbox|execute)/, fault);
  });

for (const [name, fact, user, carrier] of SIDES)
  test(`as ${name}, by the carrier ${carrier}, many store paths are shown by a loop, whose faults name what it was at`, {
    skip: missing(fact, 'user-namespaces', 'static-bash', 'static-busybox'),
  }, () => {
    const job = manyPathsJob(user());
    const calls = faultsOf(job, user(), carrier, 'storePaths').map(({ fault, call }) => [fault, call]);
    assert.deepEqual(
      calls.map(([, call]) => call?.replace(/\(.*/, '')),
      ['chdir', 'read', 'mkdirat', 'mount'],
    );
    const entries = job.change?.storeEntries ?? [];
    const ways = { carriers: [carrier], files: ['memfd'] } as const;
    const seen = runJob({ ...job, ways, command: ['sh', '-c', 'echo /nix/store/*'] }, { user: user() });
    assert.equal(seen.stdout.toString().split(' ').length, entries.length);
    const gone: StoreEntry = { name: '99999999999999999999999999999999-gone', type: 'directory' };
    const change = { storeEntries: [...entries.slice(0, 30), gone, ...entries.slice(30)] };
    const { stderr, status } = runJob({ ...job, ways, change }, { user: user() });
    assert.match(stderr.toString(), /: mount\("\/[^"]*\/nix\/store\/9+-gone", "9+-gone", NULL, .*\) = ENOENT; /);
    assert.equal(status, 125);
  });

/** Every fault of a job, or of one kind of operation in it, each checked by itself. */
function faultsOf(made: Job, user: TestUser | null, carrier: Carrier, only?: Op['kind']): readonly FaultRun[] {
  const job = { ...made, faults: only ?? true, ways: { carriers: [carrier], files: ['memfd'] } } as const;
  const { stdout, stderr, status } = runJob(job, { user });
  assert.equal(stderr.toString(), '');
  assert.equal(status, 0);
  const runs = JSON.parse(stdout.toString()) as readonly FaultRun[];
  for (const run of runs) checkRun(run);
  if (job.enters !== true) assert.deepEqual(readdirSync(planOf(job).root), []);
  return runs;
}

function checkRun({ fault, wanted, call, errno, optional, failure, status, left }: FaultRun): void {
  assert.deepEqual(left, [], `${fault} left something`);
  if (failure === null) {
    assert.ok(optional, `${fault} was not noticed`);
    assert.equal(status, 0, fault);
    return;
  }
  assert.equal(status, 125, fault);
  assert.equal(failure.status, 125, fault);
  assert.notEqual(failure.hint, null, fault);
  assert.notEqual(failure.call, null, fault);
  // What is optional may be missed by a later call, which then says so.
  if (optional) return;
  assert.equal(failure.errno, errno, fault);
  if (wanted !== null) assert.equal(failure.wanted, wanted, fault);
  if (call !== null) assert.equal(failure.call, call, fault);
}
