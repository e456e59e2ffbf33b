/** Runs programs that talk to the person on the terminal: sudo's password prompt, a shell. They have no end in time. */
import type { Readable } from 'node:stream';
import { ok, type Result } from '../base/failure.ts';
import { trace } from '../base/trace.ts';
import { type ChildProcess, childProcess, endOf, environment, notRun, shown, unfit } from './child.ts';

/** Runs a program that is the person's own choice (a shell) on the terminal, with the person's own environment, to its end. */
export function runForeground(argv: readonly string[]): Promise<Result<number>> {
  const refused = unfit(argv);
  if (refused !== null) return Promise.resolve(refused);
  return statusAtEnd(argv, childProcess().spawn(argv[0] ?? '', argv.slice(1), { stdio: 'inherit' }));
}

async function statusAtEnd(argv: readonly string[], child: ChildProcess): Promise<Result<number>> {
  const end = await endOf(child, null);
  return end.kind === 'ended' ? ok(end.status) : notRun(argv, end.kind === 'error' ? end.code : 'ETIMEDOUT');
}

/**
 * `from | to`: `from` talks to the person (stdin and stderr are ours, so the terminal), `to` reads what it prints and is heard on stderr
 * only. Where `from` prints nothing (a wrong password), `to` is not started: it would only complain about that.
 * @returns both statuses; of two that failed, the first one is the cause
 */
export async function pipeOnTerminal(
  from: readonly string[],
  to: readonly string[],
): Promise<Result<{ readonly from: number; readonly to: number }>> {
  const refused = unfit(to) ?? unfit(from);
  if (refused !== null) return refused;
  trace('nix', `runs ${shown(from)}`);
  const source = childProcess().spawn(from[0] ?? '', from.slice(1), {
    env: environment(),
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const sourceEnded = statusAtEnd(from, source);
  if (!(await saysSomething(source.stdout))) {
    const silent = await sourceEnded;
    return silent.ok ? ok({ from: silent.value, to: silent.value === 0 ? NOTHING_TO_READ : 0 }) : silent;
  }
  trace('nix', `runs ${shown(to)}`);
  const sink = childProcess().spawn(to[0] ?? '', to.slice(1), {
    env: environment(),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  sink.stdin.on('error', () => undefined);
  const sinkEnded = endOf(sink, null);
  source.stdout.pipe(sink.stdin);
  const started = await sourceEnded;
  if (!started.ok) sink.stdin.end();
  const ended = await sinkEnded;
  if (!started.ok) return started;
  if (ended.kind !== 'ended') return notRun(to, ended.kind === 'error' ? ended.code : 'ETIMEDOUT');
  return ok({ from: started.value, to: ended.status });
}

/** The status of a program that would have had to read from one that printed nothing. */
const NOTHING_TO_READ = 1;

function saysSomething(stream: Readable): Promise<boolean> {
  return new Promise(resolve => {
    // Emitted at the end, too: then there is nothing.
    stream.once('readable', () => resolve(stream.readableLength > 0));
    stream.once('close', () => resolve(false));
  });
}
