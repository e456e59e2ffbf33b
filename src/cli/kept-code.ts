/**
 * Bundles of the UI with what V8 compiled of them in an earlier run (docs/decisions/0055-the-ui-is-compiled-once.md). As boot.ts does it for
 * a plain run; here the program says when to keep it, as a UI lives long and V8 forgets what it does not use.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';

/** A bundle that runs. */
export interface Loaded<T> {
  readonly exports: T;
  /** Keeps what was compiled until now, for the next run; where it was kept already, it does nothing. */
  readonly keep: () => void;
}

/** Runs `NAME.cjs` in the directory of the program. */
export function loadKept<T>(directory: string, name: string): Loaded<T> {
  const file = `${directory}/${name}.cjs`;
  // V8 itself compares versions and flags, but of the source only its length.
  const { mtimeMs, size } = statSync(file);
  const path = `${directory}/${name}-${process.version}-${process.arch}-${size}-${Math.round(mtimeMs)}.cache`;
  const cachedData = bytesOf(path);
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  const run = script.runInThisContext() as (...given: readonly unknown[]) => void;
  const made = { exports: {} };
  run(made.exports, createRequire(file), made, file, directory);
  let kept = cachedData !== undefined && script.cachedDataRejected !== true;
  const keep = (): void => {
    if (!kept) write(path, script.createCachedData());
    kept = true;
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
function write(path: string, bytes: Buffer): void {
  const unfinished = `${path}.${process.pid}`;
  try {
    writeFileSync(unfinished, bytes, { flag: 'wx', mode: 0o644 });
    renameSync(unfinished, path);
  } catch {
    // Somebody else's installation: each run compiles for itself.
  }
}
