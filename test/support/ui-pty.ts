/** The UI in a pseudo-terminal, on a small build. */
import { readFileSync } from 'node:fs';
import { after } from 'node:test';
import type { TestUser } from './need.ts';
import { programFor } from './program.ts';
import { type Pty, type PtyOptions, startPty } from './pty.ts';
import type { SmallBuild } from './small-build.ts';

const started: Pty[] = [];
after(() => {
  for (const pty of started) pty.end();
});

/** The words that open the UI on a small build, or on the places given, for `user` (null: ourselves) to start. */
export function uiCommand(
  { store, directory }: SmallBuild,
  places: readonly string[] = [directory],
  user: TestUser | null = null,
): string[] {
  return [programFor(user), '--ui', '--store', store, ...places];
}

/** Starts words in a pseudo-terminal that ends with the test file. */
export function inPty(command: readonly string[], options: PtyOptions = {}): Pty {
  const pty = startPty(command, { ...options, env: { TMPDIR: '/nowhere', ...options.env } });
  started.push(pty);
  return pty;
}

/** The cursor on the small build: the machine may have others. */
export async function select(pty: Pty): Promise<void> {
  await pty.shows('kept');
  pty.type('/small-1.0\r');
  await pty.shows(/▸ {2}small .*filter: small-1\.0 /s);
}

/** The program below the shells that started it. Not the end of the chain: the UI asks other programs about builds. */
export function innermost(pid: number): number {
  if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('/dist/main.cjs')) return pid;
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  return child === undefined || child === '' ? pid : innermost(Number(child));
}
