/** The bundled example: the command that enters it, and what is missing for it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../base/failure.ts';
import { shellWord } from '../base/printable.ts';
import type { ShellCommand } from '../ui/core.ts';

/** What a copy of the program holds that can play it. */
const PARTS = ['scripts/demo.mjs', 'fixtures/demo', 'fixtures/nix/stdenv'] as const;

/** What `npm run demo` runs, from any directory. Whether the machine has a bash for its store, the command itself says. */
export function demoCommand(): Result<ShellCommand> {
  // Beside dist/, where this is bundled to.
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const missing = PARTS.map(part => join(root, part)).find(path => !existsSync(path));
  if (missing !== undefined)
    return fail('start the demo', {
      because: `${missing} does not exist: this copy of the program has no demo`,
      hint: "'npm run demo' in a clone of it does the same",
    });
  const script = join(root, PARTS[0]);
  return ok({ argv: [process.execPath, script], shown: `node ${shellWord(script)}` });
}
