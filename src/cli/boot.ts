/**
 * What Node starts (dist/main.cjs): runs dist/run.cjs, with what V8 compiled of it in an earlier run. Compiling is a fifth of a plain run
 * (docs/decisions/0040-compiled-code-is-kept.md).
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const directory = dirname(fileURLToPath(import.meta.url));
const file = `${directory}/run.cjs`;
// V8 itself compares versions and flags, but of the source only its length.
const { mtimeMs, size } = statSync(file);
const kept = `${directory}/run-${process.version}-${process.arch}-${size}-${Math.round(mtimeMs)}.cache`;

function keptCode(): Buffer | undefined {
  try {
    return readFileSync(kept);
  } catch {
    return undefined;
  }
}

/** For the next run, where we may write beside the program; whoever may do that may change the program as well. */
function keep(script: Script): void {
  const unfinished = `${kept}.${process.pid}`;
  try {
    writeFileSync(unfinished, script.createCachedData(), { flag: 'wx', mode: 0o644 });
    renameSync(unfinished, kept);
  } catch {
    // Somebody else's installation: each run compiles for itself.
  }
}

const cachedData = keptCode();
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
const script = new Script(source, { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
// At the end it holds just the functions that a run needs.
if (cachedData === undefined || script.cachedDataRejected === true) process.once('exit', () => keep(script));
const run = script.runInThisContext() as (...given: readonly unknown[]) => void;
run({}, createRequire(file), { exports: {} }, file, directory);
