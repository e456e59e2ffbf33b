/** A derivation (`.drv` file) as data. `parse-derivation.ts` reads it. Names follow nix-sandbox.md, section 7. */

export interface DerivationOutput {
  readonly name: string;
  /** The store path; empty for a floating or deferred output. */
  readonly path: string;
  /** `r:sha256`, `sha256`, `text:sha256`, `impure`…; empty for an input-addressed output. */
  readonly method: string;
  /** The fixed hash in base 16; empty where there is none. */
  readonly hash: string;
}

export interface Derivation {
  readonly version: 1;
  /** The `.drv` file's path. */
  readonly path: string;
  /** The base name without hash and `.drv`. */
  readonly name: string;
  readonly outputs: readonly DerivationOutput[];
  readonly inputDerivations: readonly { readonly path: string; readonly outputs: readonly string[] }[];
  readonly inputSources: readonly string[];
  readonly system: string;
  readonly builder: string;
  readonly args: readonly string[];
  /** The derivation's own variables, sorted by name; names and values are bytes in strings (base/path.ts). */
  readonly env: readonly (readonly [name: string, value: string])[];
  /** A fixed-output derivation: an output has an algorithm and a hash (or is impure), so Nix gives it the network. */
  readonly fixedOutput: boolean;
  /** `__structuredAttrs`: the text of `__json`; null where it is not set. */
  readonly json: string | null;
}

/** What a total parser gives: a value where there is one, and the problems met. */
export interface DerivationParse {
  readonly derivation: Derivation | null;
  /** Each with the byte offset in the file. */
  readonly problems: readonly { readonly offset: number; readonly message: string }[];
}

/** An attribute's text, also one of structured attributes; a list of texts there as words with blanks between them. */
export function attribute(derivation: Derivation, name: string): string | null {
  const value = derivation.env.find(([key]) => key === name)?.[1];
  if (value !== undefined || derivation.json === null) return value ?? null;
  const structured = jsonObject(derivation.json)[name];
  if (typeof structured === 'string') return structured;
  return Array.isArray(structured) ? structured.filter(word => typeof word === 'string').join(' ') : null;
}

/** The members of a JSON object; none where the text is something else. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
