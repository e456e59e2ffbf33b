/**
 * Bundles beside the program (dist/NAME.cjs), run with what V8 compiled of them in earlier runs. Compiling is a fifth of a plain run
 * (docs/decisions/0040-compiled-code-is-kept.md) and half of the UI's first frame (0055-the-ui-is-compiled-once.md).
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';

/** A bundle that runs. */
export interface Loaded<T> {
  readonly exports: T;
  /**
   * Keeps for the next run what is compiled by now. `ways`: bits that say what this process did with it (8 at most); where all of it was
   * kept already, nothing is written.
   */
  readonly keep: (ways: number) => void;
}

/** The file: a word of 8 bytes that says by which ways the runs went whose functions are in it, then V8's own. */
const HEAD = 8;

/** Node's way to a module takes 20 µs each time, and every file of the program asks for its own. */
const required = new Map<string, unknown>();
function requireOnce(name: string): unknown {
  if (!required.has(name)) required.set(name, require(name));
  return required.get(name);
}

/** Runs `NAME.cjs`, which lies beside this very file, as Node's `require` would. Throws what the bundle throws. */
export function loadKept<T>(directory: string, name: string): Loaded<T> {
  const file = `${directory}/${name}.cjs`;
  // V8 itself compares versions and flags, but of the source only its length.
  const { mtimeMs, size } = statSync(file);
  const path = `${directory}/${name}-${process.version}-${process.arch}-${size}-${Math.round(mtimeMs)}.cache`;
  const kept = bytesOf(path);
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, {
    filename: file,
    ...(kept === undefined ? {} : { cachedData: kept.subarray(HEAD) }),
  });
  let covered = kept === undefined || script.cachedDataRejected === true ? 0 : (kept[0] ?? 0);
  const made = { exports: {} };
  const run = script.runInThisContext() as (...given: readonly unknown[]) => void;
  run(made.exports, Object.assign(requireOnce, { resolve: require.resolve }), made, file, directory);
  const keep = (ways: number): void => {
    if ((ways & ~covered) === 0) return;
    covered |= ways;
    write(path, covered, script.createCachedData());
  };
  return { exports: made.exports as T, keep };
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Where we may write beside the program; whoever may do that may change the program as well. */
function write(path: string, ways: number, compiled: Buffer): void {
  const unfinished = `${path}.${process.pid}`;
  const head = Buffer.alloc(HEAD);
  head[0] = ways;
  try {
    writeFileSync(unfinished, Buffer.concat([head, compiled]), { flag: 'wx', mode: 0o644 });
    renameSync(unfinished, path);
  } catch {
    // Somebody else's installation: each run compiles for itself.
  }
}
