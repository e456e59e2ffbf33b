// npm run bench [NAME…]: every benchmark of bench/, side by side in one run, each figure with its bar. A figure over its bar is said, and is no
// failure: machines are noisy, and a person reads this.
import { readdirSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';
import { beginRun, endRun } from './test-run.mjs';

await setup({ tests: true });
process.env.NBS_TEST_RUN = beginRun();
const wanted = process.argv.slice(2);
const modules = readdirSync(join(root, '.build/bench'))
  .filter(name => name.endsWith('.mjs') && !name.includes('chunk'))
  .filter(name => wanted.length === 0 || wanted.some(word => name.startsWith(word)));
console.log(`Node ${process.versions.node}, Linux ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}`);
try {
  for (const name of modules) {
    const measures = Object.entries(await import(join(root, '.build/bench', name))).filter(([key]) =>
      key.startsWith('measure'),
    );
    for (const [, measure] of measures) for (const row of await measure()) console.log(line(row));
  }
} finally {
  endRun(process.env.NBS_TEST_RUN);
}

function line({ name, value, unit, bar, note }) {
  const verdict = bar === null ? '' : value <= bar ? `  (bar ${bar}: met)` : `  (bar ${bar}: MISSED)`;
  return `${name.padEnd(58)} ${value.toFixed(2).padStart(8)} ${unit}${verdict}${note === undefined ? '' : `  ${note}`}`;
}
