/**
 * All but the UI (start.ts): runs dist/run.cjs, with what V8 compiled of it in an earlier run. Compiling is a fifth of a plain run
 * (docs/decisions/0040-compiled-code-is-kept.md).
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';

const directory = import.meta.dirname;
const file = `${directory}/run.cjs`;
// V8 itself compares versions and flags, but of the source only its length.
const { mtimeMs, size } = statSync(file);
const kept = `${directory}/run-${process.version}-${process.arch}-${size}-${Math.round(mtimeMs)}.cache`;

/** The file: a word of 8 bytes that says by which ways (src/cli/commands/run.ts) the runs went whose functions are in it, then V8's own. */
const HEAD = 8;

function keptCode(): Buffer | undefined {
  try {
    return readFileSync(kept);
  } catch {
    return undefined;
  }
}

/** For the next run, where we may write beside the program; whoever may do that may change the program as well. */
function keep(script: Script, ways: number): void {
  const unfinished = `${kept}.${process.pid}`;
  const head = Buffer.alloc(HEAD);
  head[0] = ways;
  try {
    writeFileSync(unfinished, Buffer.concat([head, script.createCachedData()]), { flag: 'wx', mode: 0o644 });
    renameSync(unfinished, kept);
  } catch {
    // Somebody else's installation: each run compiles for itself.
  }
}

/** Node's way to a module takes 20 µs each time, and every file of the program asks for its own. */
const required = new Map<string, unknown>();
function requireOnce(name: string): unknown {
  if (!required.has(name)) required.set(name, require(name));
  return required.get(name);
}

const code = keptCode();
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
const script = new Script(source, {
  filename: file,
  ...(code === undefined ? {} : { cachedData: code.subarray(HEAD) }),
});
const covered = code === undefined || script.cachedDataRejected === true ? 0 : (code[0] ?? 0);
const program = { exports: {} as { readonly waysGone?: () => number } };
// At the end it holds just the functions that runs need: those of this one, and those that were kept before.
process.once('exit', () => {
  const gone = program.exports.waysGone?.() ?? 0;
  if ((gone & ~covered) !== 0) keep(script, gone | covered);
});
const run = script.runInThisContext() as (...given: readonly unknown[]) => void;
run(program.exports, Object.assign(requireOnce, { resolve: require.resolve }), program, file, directory);
