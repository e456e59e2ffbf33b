/** Cases for the tests of a sandbox's store (S13): a store of files, a recorded build of it, and a cache of their own. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { type FakeStore, fakeStore } from './fake-store.ts';
import { missing, ordinaryUser, type TestUser } from './need.ts';
import { type Output, run } from './program.ts';
import { layOut } from './recorded.ts';
import { scratchDirectory } from './scratch.ts';

/** Why the tests cannot run; false where they can. */
const HERE = missing('user-namespaces', 'static-bash', 'static-busybox');
/** Root, where we are root, and an ordinary user: what they are called, who that is (null: ourselves), and why they cannot be tried. */
export const SIDES: readonly (readonly [string, TestUser | null, string | false])[] =
  process.getuid?.() === 0
    ? [
        ['root', null, HERE],
        ['an ordinary user', ordinaryUser(), HERE === false ? missing('user') : HERE],
      ]
    : [['an ordinary user', null, HERE]];

/** The names of the build's input closure. */
export const INPUTS = [
  'bash-static',
  'busybox-static',
  'default-builder.sh',
  'source',
  'source-stdenv.sh',
  'stdenv-linux',
];

/** A build, its store, and who opens it. */
export interface StoreCase {
  readonly store: FakeStore;
  readonly kept: string;
  /** `run`, with `--store` and a cache of its own. */
  readonly inside: (options: readonly string[], ...command: readonly string[]) => Output;
  /** `plan --json` of the same. */
  readonly plan: (options: readonly string[], ...command: readonly string[]) => Output;
  readonly cache: string;
}

/** The names of the store paths that a command printed, sorted. */
export function names(output: Output): string[] {
  return output.stdout
    .toString()
    .trim()
    .split(/\s+/)
    .map(name => name.replace(/^.*\/store\//, '').slice(33))
    .sort();
}

/** Lays a recorded build out, and its store without the paths that match `lost`. @param who the user; null: ourselves */
export function storeCase(
  who: TestUser | null,
  kind: 'plain-new' | 'multiple-outputs' = 'plain-new',
  lost?: RegExp,
): StoreCase {
  const directory = scratchDirectory('store');
  const store = fakeStore(join(directory, 'root'), lost);
  const kept = layOut(kind, directory, { envVarsMode: 0o644 });
  const cache = join(directory, 'cache');
  mkdirSync(cache);
  chmodSync(cache, 0o1777);
  const how = { user: who, env: { XDG_CACHE_HOME: join(cache, 'x') } };
  const inside: StoreCase['inside'] = (options, ...command) =>
    run(['--store', store.root, ...options, kept, ...command], how);
  const planned: StoreCase['plan'] = (options, ...command) =>
    run(['plan', '--json', '--store', store.root, ...options, kept, ...command], how);
  return { store, kept, inside, plan: planned, cache };
}

/** Runs a script in the sandbox, which must succeed. */
export function bash(each: StoreCase, script: string, options: readonly string[] = []): Output {
  const output = each.inside(options, 'bash', '-c', script);
  assert.equal(output.status, 0, output.stderr.toString());
  return output;
}

/** What a failed build left of `$out`, with a file that only its owner may read. @returns its path on the host */
export function unfinishedOutput(each: StoreCase): string {
  const out = /out="(\/nix\/store\/[^"]*)"/.exec(readFileSync(join(each.kept, 'env-vars'), 'utf8'))?.[1] ?? '';
  chmodSync(join(each.store.root, 'nix/store'), 0o1775);
  const half = join(each.store.root, out);
  mkdirSync(join(half, 'bin'), { recursive: true });
  writeFileSync(join(half, 'bin/half'), 'half\n');
  writeFileSync(join(half, 'closed'), 'closed\n', { mode: 0o600 });
  return half;
}

/** `$out` as Nix keeps it. @returns its path inside */
export function finishedOutput(each: StoreCase): string {
  const half = unfinishedOutput(each);
  rmSync(half, { recursive: true });
  mkdirSync(half);
  writeFileSync(join(half, 'done'), 'done\n', { mode: 0o444 });
  utimesSync(half, 1, 1);
  chmodSync(half, 0o555);
  return half.slice(each.store.root.length);
}

/** The plan of a run in it. */
export function planOf(each: StoreCase, options: readonly string[] = [], command = ['true']): SandboxPlan {
  return JSON.parse(each.plan(options, ...command).stdout.toString()) as SandboxPlan;
}
