/** Our sandbox against the recorded one of real Nix, fact by fact. What is different is in differences.json, with a reason. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { keptBuild } from '../support/kept.ts';
import { missing } from '../support/need.ts';
import { runCommand } from '../support/program.ts';
import {
  CASES,
  inMoreGroups,
  ours,
  RUNNERS,
  recordedReport,
  recordedVersions,
  reportFile,
  reviewed,
  shown,
} from './compare.ts';
import {
  differences,
  formatReport,
  judge,
  parseReport,
  portable,
  type Reviewed,
  reviewedFor,
  thisMachine,
} from './report.ts';

const HERE = missing('user-namespaces', 'static-bash', 'static-busybox');

for (const [as, user, missed] of RUNNERS)
  describe(`our sandbox, run by ${as}, shows what a build of real Nix sees`, {
    skip: HERE === false ? missed : HERE,
  }, () => {
    for (const nix of recordedVersions())
      for (const each of CASES)
        test(`${each.name}, Nix ${nix}`, () => {
          const { report, omitted } = ours(each, nix, user());
          const where = { kind: each.name, as, nix, supplementaryGroups: inMoreGroups(user()) };
          const ofCase = (groups: readonly Reviewed[]) => reviewedFor(groups, where, shown(each));
          const unsaid = reviewed().filter(group => ofCase([group]).length > 0 && !omitted.includes(group.omitted));
          assert.deepEqual(
            unsaid.map(group => group.omitted),
            [],
            'differences that the plan does not tell',
          );
          const { unexpected, gone } = judge(differences(recordedReport(each, nix), report), ofCase(reviewed()));
          assert.deepEqual(unexpected, [], 'not in differences.json');
          assert.deepEqual(gone, [], 'in differences.json, but no longer so');
        });
  });

describe('the comparison itself', () => {
  test('every reviewed difference has a reason and belongs to some case', () => {
    for (const { why, facts } of reviewed()) {
      assert.ok(why.length > 20, why);
      for (const { kinds = [] } of facts)
        for (const kind of kinds)
          assert.ok(
            CASES.some(each => each.name === kind),
            `no case ${kind}`,
          );
    }
  });

  test('a changed fact, a new one and a missing one are found, and a difference that is gone', () => {
    const nix = parseReport('a=1\nb=2\nc=3\n');
    const found = differences(nix, parseReport('a=1\nb=x\nd=4\n'));
    assert.deepEqual(found, [
      { fact: 'b', nix: '2', ours: 'x' },
      { fact: 'c', nix: '3' },
      { fact: 'd', ours: '4' },
    ]);
    const verdict = judge(found, [
      { fact: 'b', nix: '2', ours: 'x' },
      { fact: 'c', nix: '3', ours: '3' },
    ]);
    assert.deepEqual(
      verdict.unexpected.map(each => each.fact),
      ['c', 'd'],
    );
    assert.deepEqual(
      verdict.gone.map(each => each.fact),
      ['c'],
    );
  });
});

describe('the recording is what this machine’s Nix shows', () => {
  const nix = missing('root', 'nix', 'nix-daemon', 'static-bash', 'static-busybox');
  for (const each of CASES.filter(({ options }) => options.length === 0))
    test(each.name, { skip: nix }, t => {
      const version = runCommand(['nix', '--version']).stdout.toString().trim().split(' ').at(-1) ?? '';
      if (!recordedVersions().includes(version)) return t.skip(`Nix ${version} is not recorded`);
      // The number is another one where such a directory is kept already: Nix 2.8 names it in NIX_ATTRS_SH_FILE.
      const report = readFileSync(join(keptBuild(each.kind).path, 'report'), 'utf8');
      const live = report.replaceAll(/\.drv-\d+\//g, '.drv-0/');
      const text = readFileSync(reportFile(each, version), 'utf8');
      assert.equal(formatReport(portable(parseReport(live), thisMachine())), text);
    });
});
