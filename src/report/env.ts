/** An environment as text: `env`. */
import { printable, shellWord } from '../base/printable.ts';
import type { EnvVars } from '../nix/env-vars.ts';

/** `NAME=value` a line, values as words that a shell reads as the same bytes; a name without a value alone. */
export function envText(env: EnvVars): string {
  return env.variables
    .map(({ name, value }) => (value === null ? `${printable(name)}\n` : `${printable(name)}=${shellWord(value)}\n`))
    .join('');
}
