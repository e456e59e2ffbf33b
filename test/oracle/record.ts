/**
 * `npm run oracle`: records what real Nix shows a build and what it keeps of failed ones, so that both can be compared with
 * where there is no Nix. Without an argument this machine's, which must have a running daemon; else that in the given root.
 * As root. Prints what changed.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordStore } from '../support/fake-store.ts';
import { expressions, type Kept, keptBuild } from '../support/kept.ts';
import { PROJECT, runCommand } from '../support/program.ts';
import {
  NEWER,
  RECORDED,
  RECORDED_NEWER,
  RECORDINGS,
  type RecordedKind,
  readRecording,
  recordKept,
} from '../support/recorded.ts';
import { type CallsKind, callsFile, compileCalls, whileListening } from './calls.ts';
import { buildInRoot } from './in-root.ts';
import { formatReport, parseReport, portable, thisMachine } from './report.ts';

function recordReport(kind: RecordedKind, kept: Kept, version: string): void {
  if (!kind.startsWith('oracle.')) return;
  const report = parseReport(readFileSync(join(kept.path, 'report'), 'utf8'));
  const file = `nix-${version}-${kind.slice('oracle.'.length)}.txt`;
  writeFileSync(join(PROJECT, 'fixtures/oracle', file), formatReport(portable(report, thisMachine())));
}

const CALLS = ['plain', 'fixed-output'] as const;

function recordCalls(kind: CallsKind, kept: Kept, version: string): void {
  copyFileSync(join(kept.path, 'report'), callsFile(kind, version));
}

/** @returns the version */
function recordInstalled(): string {
  const version = runCommand(['nix', '--version']).stdout.toString().trim().split(' ').at(-1) ?? 'unknown';
  const builds = RECORDED.map(kind => ({ kind, kept: keptBuild(kind) }));
  for (const { kind, kept } of builds) {
    recordKept(kind, kept, version, RECORDINGS);
    recordReport(kind, kept, version);
  }
  recordStore(builds.map(({ kept }) => kept));
  compileCalls(join(expressions(), 'calls'));
  for (const kind of CALLS) recordCalls(kind, keptBuild(`oracle.calls.${kind}`), version);
  return version;
}

/** @returns the version. @throws Error where the derivations are not those of fixtures/kept: their store would not fit */
function recordFrom(root: string): string {
  const { version, builds } = buildInRoot(root, [
    ...RECORDED_NEWER,
    ...CALLS.map(kind => `oracle.calls.${kind}` as const),
  ]);
  const recordings = join(NEWER, version);
  rmSync(recordings, { recursive: true, force: true });
  for (const [index, kind] of RECORDED_NEWER.entries()) {
    const kept = builds[index];
    if (kept === undefined) continue;
    if (kept.drv !== readRecording(kind).drv)
      throw new Error(`${kind} is ${kept.drv} here: record the installed Nix first (npm run oracle)`);
    recordKept(kind, kept, version, recordings);
    recordReport(kind, kept, version);
  }
  for (const [index, kind] of CALLS.entries()) {
    const kept = builds[RECORDED_NEWER.length + index];
    if (kept !== undefined) recordCalls(kind, kept, version);
  }
  return version;
}

const [root] = process.argv.slice(2);
mkdirSync(join(PROJECT, 'fixtures/oracle'), { recursive: true });
const version = await whileListening(() => (root === undefined ? recordInstalled() : recordFrom(root)));
process.stdout.write(`oracle: recorded Nix ${version}\n`);
process.stdout.write(runCommand(['git', 'status', '--short', '--', 'fixtures'], { cwd: PROJECT }).stdout);
