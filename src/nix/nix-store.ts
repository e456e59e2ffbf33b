/** Asks `nix-store` about a store whose database does not answer us: the second way of ask-store.ts. */
import { constants } from 'node:fs';
import { type Failure, fail, ok, type Result } from '../base/failure.ts';
import { runCommand } from './command.ts';
import { LOCKED } from './database.ts';
import { lookAt, mayAccess } from './read-regular.ts';
import type { StoreLayout } from './store-layout.ts';

const ANSWER_MS = 30_000;
/** It would wait for the same lock, without end. */
const ANSWER_LOCKED_MS = 3000;

/**
 * The lines that `nix-store` prints, or `guix gc` where the store is Guix'.
 * @param database why the store's database did not answer itself
 * @param ofNix its arguments, and `ofGuix` those of the other
 */
export async function nixStore(
  layout: StoreLayout,
  database: Failure,
  ofNix: readonly string[],
  ofGuix: readonly string[],
): Promise<Result<readonly string[]>> {
  const refused = whyNotAsked(layout);
  if (refused !== null) return fail(`ask about ${layout.root}`, { because: refused });
  const argv =
    layout.store === '/gnu/store' ? ['guix', 'gc', ...ofGuix] : ['nix-store', ...whichStore(layout), ...ofNix];
  const timeoutMs = database.because === LOCKED ? ANSWER_LOCKED_MS : ANSWER_MS;
  const output = await runCommand(argv, { timeoutMs, maxBytes: 64 * 1024 * 1024 });
  if (!output.ok) return output;
  const { status, stdout, stderr } = output.value;
  if (status !== 0) return fail(`ask ${argv[0]}`, { because: whyNot(stderr) ?? `status ${status}` });
  return ok(
    stdout
      .toString('utf8')
      .split('\n')
      .filter(line => line.startsWith('/')),
  );
}

/** The line that says it, without colours: before it there may be warnings, or the words of a program that aborts. */
function whyNot(stderr: string): string | undefined {
  const lines = stderr
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .trim()
    .split('\n');
  return (lines.find(line => /\berror:/.test(line)) ?? lines[0])?.trim();
}

/**
 * Nothing is ever written to a store. Where it may write, nix-store makes a database where there is none, finishes what a writer left, brings
 * an old schema up to date, and leaves files of its own.
 */
function whyNotAsked({ root, state }: StoreLayout): string | null {
  if (root === '') return null;
  if (lookAt(`${state}/db/db.sqlite`).stats === null) return 'it has no database';
  return mayAccess(`${state}/db`, constants.W_OK) ? 'it is not asked, as it would write to the store' : null;
}

/** The machine's own is asked of its daemon, also by root. */
function whichStore({ root, state }: StoreLayout): readonly string[] {
  if (root !== '') return ['--store', root];
  return lookAt(`${state}/daemon-socket/socket`).stats === null ? [] : ['--store', 'daemon'];
}
