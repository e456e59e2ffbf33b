/** calls.c: compiled, and run in our sandbox. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeStore } from '../support/fake-store.ts';
import type { TestUser } from '../support/need.ts';
import { PROJECT, run } from '../support/program.ts';
import { layOut } from '../support/recorded.ts';
import { runDirectory } from '../support/run-directory.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { newer, type Ours, omittedBy } from './compare.ts';
import { parseReport, type Report } from './report.ts';

/** Compiles calls.c to `to`. @throws Error where there is no C compiler */
export function compileCalls(to: string): void {
  execFileSync('cc', ['-static', '-O1', '-o', to, join(PROJECT, 'test/oracle/calls.c')], { stdio: 'inherit' });
  execFileSync('chmod', ['0755', to]);
}

const LISTEN = `require('net').createServer().listen('\\0nix-build-shell-oracle', () => console.log('listening'))`;

/** Runs `body` while a process of the machine's listens on the abstract socket that calls.c connects to. */
export async function whileListening<T>(body: () => T): Promise<T> {
  const listener = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(listener.stdout, 'data');
  try {
    return body();
  } finally {
    listener.kill();
  }
}

/** The recorded answers of that Nix: `plain` has no network, `fixed-output` the machine's. */
export function recordedCalls(kind: CallsKind, nix: string): Report {
  return parseReport(readFileSync(callsFile(kind, nix), 'utf8'));
}

export type CallsKind = 'plain' | 'fixed-output';

/** The file of {@link recordedCalls}. */
export function callsFile(kind: CallsKind, nix: string): string {
  return join(PROJECT, 'fixtures/oracle', `nix-${nix}-calls-${kind}.txt`);
}

/**
 * The answers in our sandbox over what that Nix left, run by `user` (null: root), and what the plan says that is different.
 * @throws Error where the program failed
 */
export function ourCalls(kind: CallsKind, nix: string, user: TestUser | null): Ours {
  const directory = scratchDirectory('calls');
  const { root } = fakeStore(join(directory, 'store'));
  const kept = layOut(`oracle.${kind}`, directory, { nix: newer(nix) });
  const content = newer(nix) === null ? kept : join(kept, 'build');
  const program = join(runDirectory(), 'oracle-calls');
  if (!existsSync(program)) compileCalls(program);
  copyFileSync(program, join(content, 'calls'));
  const options = ['--store', root, ...(kind === 'fixed-output' ? ['--net'] : [])];
  const { status, stdout, stderr } = run([...options, kept, '/build/calls'], { user });
  if (status !== 1) throw new Error(`calls ended with ${status}: ${stderr.toString()}`);
  return { report: parseReport(stdout.toString()), omitted: omittedBy([...options, kept, '/build/calls'], user) };
}
