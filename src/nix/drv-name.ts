/** How Nix splits a package's name. */

/**
 * Name and version of `hello-2.12.1`, split as Nix' `DrvName` does: at the first dash that no letter follows.
 * `version` is null where there is no such dash.
 */
export function splitDrvName(full: string): { readonly name: string; readonly version: string | null } {
  const match = /-(?![A-Za-z])[^]/.exec(full);
  if (match === null) return { name: full, version: null };
  return { name: full.slice(0, match.index), version: full.slice(match.index + 1) };
}

/** The name that a store path or its base name carries: `/nix/store/<hash>-hello-2.12.drv` → `hello-2.12.drv`; null for others. */
export function nameInStore(path: string): string | null {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return /^[0-9abcdfghijklmnpqrsvwxyz]{32}-./s.test(base) ? base.slice(33) : null;
}
