/** Reads a derivation from the store. */
import { fail, ok, type Result } from '../base/failure.ts';
import type { Derivation } from './derivation.ts';
import { parseDerivation } from './parse-derivation.ts';
import { readRegularFile } from './read-regular.ts';
import { resolveInRoot } from './resolve-in-root.ts';
import type { StoreLayout } from './store-layout.ts';

/** The largest of nixpkgs have some hundred kilobytes. */
const MAX_DERIVATION = 64 * 1024 * 1024;

/** @param path as the store names it, `/nix/store/<hash>-x.drv`; links are followed within the store's root */
export function readDerivation(layout: StoreLayout, path: string): Result<Derivation> {
  const resolved = resolveInRoot(layout.root, path);
  if (!resolved.ok) return resolved;
  const bytes = readRegularFile(resolved.value.host, { maxBytes: MAX_DERIVATION });
  if (!bytes.ok) return bytes;
  const { derivation, problems } = parseDerivation(bytes.value, path);
  if (derivation !== null) return ok(derivation);
  const first = problems[0];
  return fail(`read the derivation ${path}`, {
    because: first === undefined ? 'it is no derivation' : `${first.message} (at byte ${first.offset})`,
  });
}
