/**
 * `npm run oracle`: records what this machine's real Nix shows a build and what it keeps of failed ones, so that both can be
 * compared with where there is no Nix. As root, with a running daemon. Prints what changed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordStore } from '../support/fake-store.ts';
import { PROJECT, runCommand } from '../support/program.ts';
import { RECORDED, recordKept } from '../support/recorded.ts';
import { formatReport, parseReport, portable, thisMachine } from './report.ts';

const version = runCommand(['nix', '--version']).stdout.toString().trim().split(' ').at(-1) ?? 'unknown';
const oracle = join(PROJECT, 'fixtures/oracle');
mkdirSync(oracle, { recursive: true });

const builds = RECORDED.map(kind => recordKept(kind, version));
recordStore(builds);
for (const [index, kind] of RECORDED.entries()) {
  if (!kind.startsWith('oracle.')) continue;
  const report = parseReport(readFileSync(join(builds[index]?.path ?? '', 'report'), 'utf8'));
  const file = join(oracle, `nix-${version}-${kind.slice('oracle.'.length)}.txt`);
  writeFileSync(file, formatReport(portable(report, thisMachine())));
}
process.stdout.write(`oracle: recorded ${builds.length} builds of Nix ${version}\n`);
process.stdout.write(runCommand(['git', 'status', '--short', '--', 'fixtures'], { cwd: PROJECT }).stdout);
