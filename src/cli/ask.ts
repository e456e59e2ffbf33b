/** One question on the terminal. */

/** Asks `question [y/N]` on stderr. @returns whether the answer was yes; an end of input is no */
export async function askYes(question: string): Promise<boolean> {
  // Loaded where a question is asked: a plain run asks none.
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>(resolve => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question(`nix-build-shell: ${question} [y/N] `), closed]);
    return /^(y|yes)$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
