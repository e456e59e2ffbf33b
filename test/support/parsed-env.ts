/** env-vars as the tests of its parser look at them. */
import type { EnvVars } from '../../src/nix/env-vars.ts';
import { parseEnvVars } from '../../src/nix/parse-env-vars.ts';

/** What the parser makes of a file. */
export const parse = (text: string | Uint8Array): EnvVars =>
  parseEnvVars(typeof text === 'string' ? Buffer.from(text) : text, { kind: 'none' });

/** The variables by name; null for one without a value. */
export const values = (env: EnvVars): Record<string, string | null> =>
  Object.fromEntries(env.variables.map(({ name, value }) => [name, value]));

/** The problems, each with its line. */
export const messages = (env: EnvVars): string[] => env.problems.map(({ line, message }) => `${line}: ${message}`);
