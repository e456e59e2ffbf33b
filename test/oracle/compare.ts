/** Runs probe.sh in our sandbox, over a recorded kept directory and a store without Nix. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { fakeStore, recordedStorePaths } from '../support/fake-store.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { PROJECT, programFor, runCommand } from '../support/program.ts';
import { layOut, type NewerKind, newerVersions, readRecording } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { comparable, parseReport, portable, type Report, type Reviewed, thisMachine } from './report.ts';

export interface Case {
  readonly name: string;
  readonly kind: NewerKind;
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

/** Who runs our sandbox, and why that cannot be here. */
export const RUNNERS: readonly (readonly [as: 'root' | 'user', user: () => TestUser | null, skip: string | false])[] = [
  ['root', () => null, missing('root')],
  ['user', ordinaryUser, missing('user')],
];

export interface Ours {
  readonly report: Report;
  /** What the plan says that is different. */
  readonly omitted: readonly string[];
}

/** Every Nix that is recorded. */
export function recordedVersions(): string[] {
  return [readRecording('oracle.plain').nix, ...newerVersions()];
}

/** The version as {@link layOut} knows it: null is the one that fixtures/kept is of. */
export function newer(nix: string): string | null {
  return newerVersions().includes(nix) ? nix : null;
}

/**
 * What our sandbox shows of the case, over what that Nix left, run by `user` (null: root), and its plan.
 * @throws Error where the program failed
 */
export function ours(each: Case, nix: string, user: TestUser | null): Ours {
  const directory = scratchDirectory('oracle');
  const store = fakeStore(join(directory, 'store'));
  const kept = layOut(each.kind, directory, { nix: newer(nix) });
  const probe = recordedStorePaths().find(path => path.endsWith('-probe.sh')) ?? '';
  const options = ['--store', store.root, ...each.options];
  const command = [kept, `${store.bash}/bin/bash`, `/nix/store/${probe}`];
  // A session without a terminal, wherever the tests run.
  const stdout = printed(['setsid', '--wait', programFor(user), ...options, ...command], user);
  const report = shown(each)(portable(parseReport(stdout), thisMachine()));
  return { report, omitted: omittedBy([...options, ...command], user) };
}

/** What the plan of these words says that is different. @throws Error where the program failed */
export function omittedBy(words: readonly string[], user: TestUser | null): readonly string[] {
  const plan = JSON.parse(printed([programFor(user), 'plan', '--json', ...words], user)) as SandboxPlan;
  return plan.omitted.map(({ what }) => what);
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

/** What a build of the case saw of that Nix' sandbox: fixtures/oracle. */
export function recordedReport(each: Case, nix: string): Report {
  return shown(each)(parseReport(readFileSync(reportFile(each, nix), 'utf8')));
}

/** The file of {@link recordedReport}. */
export function reportFile(each: Case, nix: string): string {
  return join(PROJECT, 'fixtures/oracle', `nix-${nix}-${each.kind.slice('oracle.'.length)}.txt`);
}

/** test/oracle/differences.json */
export function reviewed(): Reviewed[] {
  return JSON.parse(readFileSync(join(PROJECT, 'test/oracle/differences.json'), 'utf8')) as Reviewed[];
}
