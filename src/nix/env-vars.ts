/** The environment of a build, as data. `parse-env-vars.ts` reads it from bash's text, `write-env-vars.ts` writes it. */

/** One exported variable. Values are bytes in a string (base/path.ts); `null` is "exported, without a value". */
export interface EnvVariable {
  readonly name: string;
  readonly value: string | null;
  /** bash's attribute letters as printed, always with `x`: `x`, `rx`, `ix`. */
  readonly attributes: string;
}

/** Something about the text that a person should know; never a reason to stop. */
export interface EnvProblem {
  /** 1-based line of the file; 0 where the problem is of the whole file. */
  readonly line: number;
  readonly message: string;
}

/** Where the environment is from. */
export type EnvSource =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 're-constructed';
      readonly derivation: string;
      readonly foundBy: string;
      readonly lost: readonly string[];
    }
  | { readonly kind: 'none' };

export interface EnvVars {
  readonly version: 1;
  readonly source: EnvSource;
  /** In the order of their first record; one entry a name, the last record's value (rule 4 of nix-sandbox.md, 2.3). */
  readonly variables: readonly EnvVariable[];
  /** Names of variables that are arrays, which bash cannot hand on: they are listed, not read. */
  readonly arrays: readonly string[];
  /** Names of exported functions that the text defines. */
  readonly functions: readonly string[];
  readonly problems: readonly EnvProblem[];
}

/** The value of a variable; undefined where it is not there or has no value. */
export function envValue(env: EnvVars, name: string): string | undefined {
  return env.variables.find(variable => variable.name === name)?.value ?? undefined;
}
