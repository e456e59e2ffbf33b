// A minimal root of another Debian suite with its Nix, for `npm run oracle -- --suite SUITE`: made once, kept in the cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const CACHE = '/var/cache/nix-build-shell-oracle';

/** The suites that are worth it, and what they have. */
export const SUITES = { trixie: 'Nix 2.26', sid: 'Nix 2.34' };

const PACKAGES = ['nix-bin', 'bash-static', 'busybox-static', 'apt'];

function said(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

/** The machine's own Debian mirror, as its apt knows it: security and other vendors' archives have no whole suites. */
function mirror() {
  const lines = said('apt-get', ['indextargets', '--format', '$(REPO_URI) $(ORIGIN)/$(LABEL)', 'Created-By: Packages']);
  const line = lines.split('\n').find(each => each.endsWith(' Debian/Debian'));
  if (line === undefined) throw new Error('apt knows no Debian archive here (apt-get update)');
  return line.split(' ')[0];
}

/** A mirror that stands still has an old date, which this machine's apt was told to accept or not. Signatures are always checked. */
function validity() {
  const value = said('apt-config', ['dump', '--format', '%v', 'Acquire::Check-Valid-Until']);
  return value === '' ? [] : [`--aptopt=Acquire::Check-Valid-Until "${value}"`];
}

function make(suite, to) {
  const options = ['--mode=root', '--variant=essential', `--include=${PACKAGES.join(',')}`];
  const small = ['doc', 'locale', 'man'].map(each => `--dpkgopt=path-exclude=/usr/share/${each}/*`);
  const { status, error } = spawnSync('mmdebstrap', [...options, ...validity(), ...small, suite, to, mirror()], {
    stdio: ['ignore', 2, 2],
  });
  if (error !== undefined)
    throw new Error(`cannot run mmdebstrap: ${error.message} (apt-get install --no-install-recommends mmdebstrap)`);
  if (status !== 0) throw new Error(`mmdebstrap cannot make a root of ${suite} (status ${status}): see above`);
}

/**
 * The root of `suite` below {@link CACHE}, made if it is missing. As root.
 * @throws Error with what refused
 */
export function debianRoot(suite) {
  const root = join(CACHE, suite);
  if (existsSync(root)) return root;
  mkdirSync(CACHE, { recursive: true, mode: 0o755 });
  const unfinished = `${root}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  console.error(`oracle: making a root of ${suite} (${SUITES[suite]}) in ${root}: about 200 MB`);
  try {
    make(suite, unfinished);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
  renameSync(unfinished, root);
  return root;
}
