/** What is common to all programs that are started: the way in and out of node:child_process, never through a shell. Nobody else imports it. */
import type * as Programs from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type * as System from 'node:os';
import { EXIT, type Failure, fail } from '../base/failure.ts';
import { shellWord } from '../base/printable.ts';

export type { ChildProcess } from 'node:child_process';

/** Loaded where a program is run: a plain run runs none, and does not pay for it. */
export function childProcess(): typeof Programs {
  return require('node:child_process') as typeof Programs;
}

/** Ours, with messages and sorting that do not depend on the person's language. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', LANGUAGE: '' };
}

/** The command as a line for traces and messages. */
export function shown(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

/** The Failure of a {@link Result}. */
export type Failed = { readonly ok: false; readonly failure: Failure };

/** node:child_process takes text only: words that are not UTF-8 would arrive as other bytes. */
export function unfit(argv: readonly string[]): Failed | null {
  if (argv.length === 0) throw new Error('a command without a program');
  if (argv.every(word => word.isWellFormed() && !word.includes('\0'))) return null;
  return fail(`run ${shown(argv)}`, {
    because: 'its arguments are not UTF-8 text, and only that can be handed to a program',
  });
}

type End =
  | { readonly kind: 'ended'; readonly status: number }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'timeout' };

/** How the program ended. After `timeoutMs` it is killed; null: it has all the time it wants. */
export function endOf(child: ChildProcess, timeoutMs: number | null): Promise<End> {
  return new Promise(resolve => {
    const timer =
      timeoutMs === null
        ? null
        : setTimeout(() => {
            child.kill('SIGKILL');
            // Grandchildren may hold the pipes open: their end is not waited for.
            child.stdout?.destroy();
            child.stderr?.destroy();
            resolve({ kind: 'timeout' });
          }, timeoutMs);
    const settle = (end: End): void => {
      if (timer !== null) clearTimeout(timer);
      resolve(end);
    };
    child.once('error', error => settle({ kind: 'error', code: codeOf(error) }));
    child.once('close', (status, signal) => settle({ kind: 'ended', status: statusOf(status, signal) }));
  });
}

/** The name of an error's errno. */
export function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? 'EIO';
}

/** The exit status, or 128 + the number of the signal, as shells count. */
export function statusOf(status: number | null, signal: NodeJS.Signals | null): number {
  return status ?? 128 + (signal === null ? 0 : (require('node:os') as typeof System).constants.signals[signal]);
}

/** The Failure of a program that could not be started. */
export function notRun(argv: readonly string[], errno: string): Failed {
  const program = argv[0] ?? '';
  const status = errno === 'ENOENT' ? EXIT.notFound : EXIT.notExecutable;
  return fail(`run ${program}`, { call: `execve("${program}")`, errno, status });
}
