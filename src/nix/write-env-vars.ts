/** Writes `env-vars` as bash does: the builtin `export` of bash 5.2 and later, without a locale (nix-sandbox.md, section 2.3). */
import { toBytes } from '../base/path.ts';
import type { EnvVariable } from './env-vars.ts';

export interface WrittenEnvVars {
  /** The file's content; its readers are bash and `parseEnvVars`. */
  readonly bytes: Buffer;
  /**
   * Names of the variables that are not in it. bash cannot be told of them in this form: the name is no identifier (`A-B`), the
   * value has a NUL byte, or bash holds the variable itself and refuses to have it set (which ends a shell under `set -e`).
   */
  readonly leftOut: readonly string[];
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** bash(1), "Shell Variables": readonly from the start. */
const READONLY: ReadonlySet<string> = new Set(['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'PPID', 'SHELLOPTS', 'UID']);

/**
 * The variables as bash text, sorted by the bytes of their names: `declare -x NAME="…"`, `declare -x NAME=$'…'` where a byte is
 * not printable ASCII, `declare -x NAME` for one without a value. Attributes other than `x` are not written: they say how
 * bash treats an assignment to come, and sourcing a readonly one twice fails. Of a name that is there twice, the last counts.
 */
export function writeEnvVars(variables: readonly EnvVariable[]): WrittenEnvVars {
  const values = new Map<string, string | null>();
  const leftOut: string[] = [];
  for (const { name, value } of variables) {
    if (IDENTIFIER.test(name) && !READONLY.has(name) && value?.includes('\0') !== true) values.set(name, value);
    else leftOut.push(name);
  }
  const parts: Buffer[] = [];
  // Identifiers are ASCII: the order of code units is the order of bytes.
  for (const name of [...values.keys()].sort()) {
    const value = values.get(name) ?? null;
    parts.push(Buffer.from(`declare -x ${name}${value === null ? '' : '='}`, 'latin1'));
    if (value !== null) parts.push(quoted(value));
    parts.push(Buffer.from('\n'));
  }
  return { bytes: Buffer.concat(parts), leftOut };
}

function quoted(value: string): Buffer {
  if (/^[ -~]*$/.test(value)) return Buffer.from(`"${value.replace(/["$`\\]/g, '\\$&')}"`, 'latin1');
  const text = toBytes(value)
    .toString('latin1')
    .replace(/[^ -&(-[\]-~]/g, escape);
  return Buffer.from(`$'${text}'`, 'latin1');
}

/** The names that bash's `ansic_quote` writes; every other byte is three octal digits. */
const SHORT: Readonly<Record<string, string>> = {
  '\u001b': '\\E',
  '\u0007': '\\a',
  '\u000b': '\\v',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
  "'": "\\'",
};

function escape(byte: string): string {
  return SHORT[byte] ?? `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
