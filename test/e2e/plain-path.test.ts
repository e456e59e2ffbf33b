/** What a run with a readable env-vars does not pay for: the search for its derivation, and what only that needs. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fakeStore } from '../support/fake-store.ts';
import { missing } from '../support/need.ts';
import { run } from '../support/program.ts';
import { layOut } from '../support/recorded.ts';
import { scratchDirectory } from '../support/scratch.ts';

const SKIP = missing('static-bash', 'static-busybox', 'user-namespaces');

/** Prints what was loaded, when the program ends: parts of Node, and native modules. */
const REPORT = `process.on('exit', () => {
  const { readFileSync, writeSync } = require('node:fs');
  const native = readFileSync('/proc/self/maps', 'latin1').match(/\\S+\\.node$/gm);
  writeSync(2, 'loaded: ' + [...process.moduleLoadList, ...native].join(' ') + '\\n');
});`;

test('loads no database, no hash functions, no streams and nothing that starts programs', { skip: SKIP }, () => {
  const { root } = fakeStore(scratchDirectory('store'));
  const directory = layOut('plain-new', scratchDirectory('kept'), { envVarsMode: 0o644 });
  const report = `${scratchDirectory('report')}/report.cjs`;
  writeFileSync(report, REPORT);
  chmodSync(report, 0o644);
  const words = ['--trace=nix', '--whole-store', '--store', root, directory, 'bash', '-c', ':'];
  const { status, stderr } = run(words, { env: { NODE_OPTIONS: `--require ${report}` } });
  assert.equal(status, 0, stderr.toString());
  const [, loaded = ''] = /^loaded: (.*)$/m.exec(stderr.toString()) ?? [];
  assert.match(loaded, /koffi/, 'the report works');
  for (const heavy of [/libsql/, /NativeModule crypto /, /child_process/, /timers\/promises/, / tty /, / net /, / os /])
    assert.doesNotMatch(loaded, heavy);
  assert.doesNotMatch(stderr.toString(), /\[nix\].*(?:asked|derivation:|runs )/);
});
