/** Runs probe.sh in our sandbox, over a recorded kept directory and a store without Nix. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { fakeStore, recordedStorePaths } from '../support/fake-store.ts';
import type { TestUser } from '../support/need.ts';
import { PROJECT, programFor, runCommand } from '../support/program.ts';
import { layOut, type RecordedKind } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { comparable, parseReport, portable, type Report, type Reviewed, thisMachine } from './report.ts';

export interface Case {
  readonly name: string;
  readonly kind: RecordedKind;
  readonly options: readonly string[];
}

export const CASES: readonly Case[] = [
  { name: 'plain', kind: 'oracle.plain', options: [] },
  { name: 'structured-attrs', kind: 'oracle.structured-attrs', options: [] },
  { name: 'multiple-outputs', kind: 'oracle.multiple-outputs', options: [] },
  { name: 'fixed-output', kind: 'oracle.fixed-output', options: [] },
  { name: 'fixed-output-net', kind: 'oracle.fixed-output', options: ['--net'] },
];

/** A report as this machine could show it. */
export function shown(each: Case): (report: Report) => Report {
  return report => comparable(report, thisMachine(), each.kind === 'oracle.fixed-output');
}

export interface Ours {
  readonly report: Report;
  /** What the plan says that is different. */
  readonly omitted: readonly string[];
}

/** What our sandbox shows of the case, run by `user` (null: root), and its plan. @throws Error where the program failed */
export function ours(each: Case, user: TestUser | null): Ours {
  const directory = scratchDirectory('oracle');
  const store = fakeStore(join(directory, 'store'));
  const kept = layOut(each.kind, directory);
  const probe = recordedStorePaths().find(path => path.endsWith('-probe.sh')) ?? '';
  const options = ['--store', store.root, ...each.options];
  const command = [kept, `${store.bash}/bin/bash`, `/nix/store/${probe}`];
  // A session without a terminal, wherever the tests run.
  const stdout = printed(['setsid', '--wait', programFor(user), ...options, ...command], user);
  const plan = JSON.parse(printed([programFor(user), 'plan', '--json', ...options, ...command], user)) as SandboxPlan;
  const report = shown(each)(portable(parseReport(stdout), thisMachine()));
  return { report, omitted: plan.omitted.map(({ what }) => what) };
}

function printed(command: readonly string[], user: TestUser | null): string {
  const { status, stdout, stderr } = runCommand(command, { user });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr.toString()}`);
  return stdout.toString();
}

/** Whether the account that runs the sandbox (null: root) is in more groups than its own: they cannot be dropped without privileges. */
export function inMoreGroups(user: TestUser | null): boolean {
  return runCommand(['id', '-G'], { user }).stdout.toString().trim().includes(' ');
}

/** The recordings of fixtures/oracle of the case, by file name. */
export function recordings(each: Case): { readonly file: string; readonly report: Report }[] {
  const directory = join(PROJECT, 'fixtures/oracle');
  return readdirSync(directory)
    .filter(file => file.endsWith(`-${each.kind.slice('oracle.'.length)}.txt`))
    .map(file => ({ file, report: shown(each)(parseReport(readFileSync(join(directory, file), 'utf8'))) }));
}

/** test/oracle/differences.json */
export function reviewed(): Reviewed[] {
  return JSON.parse(readFileSync(join(PROJECT, 'test/oracle/differences.json'), 'utf8')) as Reviewed[];
}
