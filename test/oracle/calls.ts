/** calls.c: compiled, and run in our sandbox. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fakeStore } from '../support/fake-store.ts';
import { ordinaryUser } from '../support/need.ts';
import { PROJECT, run } from '../support/program.ts';
import { layOut } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { newer } from './compare.ts';
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

/** The answers in our sandbox over what that Nix left, for the ordinary user. @throws Error where the program failed */
export function ourCalls(kind: CallsKind, nix: string): Report {
  const directory = scratchDirectory('calls');
  const { root } = fakeStore(join(directory, 'store'));
  const kept = layOut(`oracle.${kind}`, directory, { nix: newer(nix) });
  const content = newer(nix) === null ? kept : join(kept, 'build');
  compileCalls(join(directory, 'calls'));
  copyFileSync(join(directory, 'calls'), join(content, 'calls'));
  rmSync(join(directory, 'calls'));
  const options = ['--store', root, ...(kind === 'fixed-output' ? ['--net'] : [])];
  const { status, stdout, stderr } = run([...options, kept, '/build/calls'], { user: ordinaryUser() });
  if (status !== 1) throw new Error(`calls ended with ${status}: ${stderr.toString()}`);
  return parseReport(stdout.toString());
}
