/** Runs probe.sh in our sandbox, over a recorded kept directory and a store without Nix. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  return report => {
    const facts = new Map(comparable(report, thisMachine(), each.kind === 'oracle.fixed-output'));
    // The store is made by the test: only root can make it look like a real one.
    if (process.getuid?.() !== 0) for (const path of ['/nix', '/nix/store']) facts.delete(`file.${path}`);
    return facts;
  };
}

/** What our sandbox shows of the case, run by `user` (null: root). @throws Error where the program failed */
export function ourReport(each: Case, user: TestUser | null): Report {
  const directory = scratchDirectory('oracle');
  const store = fakeStore(join(directory, 'store'));
  const kept = layOut(each.kind, directory);
  const probe = recordedStorePaths().find(path => path.endsWith('-probe.sh')) ?? '';
  const command = [programFor(user), '--store', store.root, ...each.options, kept];
  // A session without a terminal, wherever the tests run.
  const { status, stdout, stderr } = runCommand(
    ['setsid', '--wait', ...command, `${store.bash}/bin/bash`, `/nix/store/${probe}`],
    { user },
  );
  if (status !== 0) throw new Error(`the probe ended with ${status}: ${stderr.toString()}`);
  return shown(each)(portable(parseReport(stdout.toString()), thisMachine()));
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

/** The store without Nix grows with the fixtures: what it holds beyond the build's own inputs is only said to be there. */
export function withoutExtras(nix: Report, ours: Report): Report {
  const key = 'list./nix/store';
  const inputs = nix.get(key)?.split(' ') ?? [];
  const names = ours.get(key)?.split(' ') ?? [];
  if (!inputs.every(name => names.includes(name)) || names.length === inputs.length) return ours;
  return new Map([...ours, [key, `${nix.get(key)} and others`]]);
}

/** test/oracle/differences.json */
export function reviewed(): Reviewed[] {
  return JSON.parse(readFileSync(join(PROJECT, 'test/oracle/differences.json'), 'utf8')) as Reviewed[];
}
