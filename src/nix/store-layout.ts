/** Where a store and its records lie on the host: the machine's own, or one below `--store ROOT`; Nix' or Guix'. */
import { realpathSync } from 'node:fs';
import { fromBytes, fsPath, type HostPath, hostPath } from '../base/path.ts';
import type { BuildSystem } from './kept-build.ts';
import { absolutePath } from './own-directory.ts';

export interface StoreLayout {
  /** `''` for the machine's own, else ROOT without a trailing `/`: `root + path` is where a path of the store lies. */
  readonly root: string;
  /** As builds see it: `/nix/store`. */
  readonly store: string;
  /** The directory of `db`, on the host: `/nix/var/nix`. */
  readonly state: HostPath;
  /** The directory of build logs, on the host: `/nix/var/log/nix/drvs`. */
  readonly logs: HostPath;
}

/**
 * @param storeRoot `--store ROOT`, absolute or relative to the working directory; null for the machine's own, where
 * NIX_STATE_DIR and NIX_LOG_DIR of `environment` count
 */
export function storeLayout(
  storeRoot: string | null,
  system: BuildSystem,
  environment: Readonly<Record<string, string | undefined>> = {},
): StoreLayout {
  const root = absoluteRoot(storeRoot);
  if (system === 'guix')
    return {
      root,
      store: '/gnu/store',
      state: hostPath(`${root}/var/guix`),
      logs: hostPath(`${root}/var/log/guix/drvs`),
    };
  const state = own(root, environment['NIX_STATE_DIR']) ?? `${root}/nix/var/nix`;
  const logs = own(root, environment['NIX_LOG_DIR']) ?? `${root}/nix/var/log/nix`;
  return { root, store: '/nix/store', state: hostPath(state), logs: hostPath(`${logs}/drvs`) };
}

function own(root: string, value: string | undefined): string | null {
  return root === '' && value !== undefined && value.startsWith('/') ? value : null;
}

function absoluteRoot(storeRoot: string | null): string {
  if (storeRoot === null || storeRoot === '' || storeRoot === '/') return '';
  try {
    const root = fromBytes(realpathSync.native(fsPath(storeRoot), 'buffer'));
    return root === '/' ? '' : root;
  } catch {
    // Left as it is: the first use says that it is not there.
    return absolutePath(storeRoot).replace(/\/+$/, '');
  }
}
