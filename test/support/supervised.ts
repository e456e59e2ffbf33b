/** Programs that run under the eyes of supervised.c, which answers some of their calls in the kernel's place. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestUser } from './need.ts';
import { PATIENCE_MS } from './patience.ts';
import { asUser, environmentFor, PROJECT } from './program.ts';
import { scratchDirectory } from './scratch.ts';

export interface Supervised {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** How many calls were answered. */
  readonly answered: number;
}

/** Compiles supervised.c. */
export function supervisor(): string {
  const program = join(scratchDirectory('supervised', 0o755), 'supervised');
  execFileSync('cc', ['-w', '-o', program, join(PROJECT, 'test/support/supervised.c')]);
  return program;
}

/** Runs the words, of which the first is a {@link supervisor}, as the user. */
export function supervised(words: readonly string[], user: TestUser | null, sessions: string): Supervised {
  const command = asUser(user, words);
  const { status, stdout, stderr, output } = spawnSync(command[0] ?? '', command.slice(1), {
    cwd: '/',
    env: environmentFor(user, { NIX_BUILD_SHELL_SESSIONS: sessions }),
    stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'ignore', 'ignore', 'ignore', 'ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    // Only a hang takes so long.
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  return { status, stdout, stderr, answered: Number(/^answered: (\d+)\n$/.exec(output[9] ?? '')?.[1]) };
}
