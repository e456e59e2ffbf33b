/** Runs jobs of starts.ts, as any user and on any Node: bundled into one file that everybody can read. */
import { copyFileSync, existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import type { TestUser } from './need.ts';
import { asUser, everybodyCanRun, type Output, PROJECT, readableCopy, runCommand } from './program.ts';
import { runDirectory } from './run-directory.ts';
import type { Job } from './starts.ts';

export type { Job } from './starts.ts';

let made: string | null = null;

/** starts.ts as one file, beside a node_modules with koffi. */
function bundled(): string {
  if (made !== null) return made;
  const copy = readableCopy();
  const directory = join(runDirectory(), 'starts');
  if (!existsSync(directory)) {
    const unfinished = `${directory}.${process.pid}`;
    mkdirSync(unfinished, { mode: 0o755 });
    symlinkSync(join(copy, 'node_modules'), join(unfinished, 'node_modules'));
    buildSync({
      absWorkingDir: PROJECT,
      entryPoints: ['test/support/starts.ts'],
      outfile: join(unfinished, 'starts.mjs'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      external: ['koffi'],
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
    try {
      renameSync(unfinished, directory);
    } catch (error) {
      if (!existsSync(directory)) throw error; // another test file was faster
    }
  }
  made = join(directory, 'starts.mjs');
  return made;
}

/** A Node that everybody can execute: itself, or a copy of it. */
export function readableNode(path: string): string {
  if (everybodyCanRun(path)) return path;
  const copy = join(runDirectory(), path.replaceAll('/', '_'), 'node');
  if (!existsSync(copy)) {
    mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
    copyFileSync(path, `${copy}.${process.pid}`);
    renameSync(`${copy}.${process.pid}`, copy);
  }
  return copy;
}

export interface JobOptions {
  readonly user?: TestUser | null;
  /** Another Node than the one that runs the tests. */
  readonly node?: string;
  readonly nodeFlags?: readonly string[];
  /** Words in front: `unshare -Ur`. Run before the change of the user. */
  readonly wrapper?: readonly string[];
  readonly stdin?: string;
  /** Then SIGKILL. Default as for every command. */
  readonly timeoutMs?: number;
}

function words(job: Job, { node, nodeFlags = [] }: JobOptions): readonly string[] {
  const file = bundled();
  return [readableNode(node ?? process.execPath), ...nodeFlags, file, JSON.stringify(job)];
}

/** Runs a job to its end. */
export function runJob(job: Job, options: JobOptions = {}): Output {
  const command = asUser(options.user ?? null, words(job, options));
  const { stdin = '', timeoutMs } = options;
  return runCommand(
    [...(options.wrapper ?? []), ...command],
    timeoutMs === undefined ? { stdin } : { stdin, timeoutMs },
  );
}
