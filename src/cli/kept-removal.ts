/** Removes a kept build directory: only the very one that was shown, and only where its name is one that a package manager gives. */

import { lstatSync } from 'node:fs';
import { monotonicMs } from '../base/clock.ts';
import { fail, type Result, systemError } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';
import { shellWord } from '../base/printable.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { shapeOf } from '../nix/layout.ts';
import { removalResult, removeSome, startRemoval } from '../session/remove.ts';

/** How long a slice of a removal may hold the keyboard up. */
const SLICE_MS = 15;

/**
 * Which directories were shown: device, inode, owner and birth of each. A build that is listed again is another one here: a name can come
 * to stand for another directory meanwhile.
 */
export interface Identities {
  /** Notes what the paths of these builds are now. @returns the builds */
  note(builds: readonly KeptBuild[]): readonly KeptBuild[];
  of(build: KeptBuild): string | null;
}

/** An empty record. */
export function identities(): Identities {
  const known = new WeakMap<KeptBuild, string>();
  return {
    note: builds => {
      for (const build of builds) known.set(build, known.get(build) ?? identity(build.outer) ?? '');
      return builds;
    },
    of: build => known.get(build) ?? null,
  };
}

/** Null where it is no directory: a link above all. File systems give the number of an inode that is gone to the next one, so its birth counts. */
function identity(path: string): string | null {
  try {
    const stats = lstatSync(fsPath(path), { bigint: true });
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}:${stats.uid}:${stats.birthtimeNs}` : null;
  } catch {
    return null;
  }
}

/** Removes it; slowly enough that keys still work meanwhile. */
export async function removeKept(build: KeptBuild, shown: Identities): Promise<Result<null>> {
  const refused = refusal(build, shown);
  if (refused !== null) return fail(`delete ${build.outer}`, { because: refused });
  try {
    const removal = startRemoval(build.outer);
    while (!removeSome(removal, monotonicMs() + SLICE_MS)) await new Promise(resolve => setImmediate(resolve));
    const result = removalResult(removal);
    if (result.ok) return result;
    return {
      ok: false,
      failure: { ...result.failure, hint: `its files are not all yours: sudo rm -r ${shellWord(build.outer)}` },
    };
  } catch (error) {
    return fail(`delete ${build.outer}`, systemError(error));
  }
}

function refusal(build: KeptBuild, shown: Identities): string | null {
  if (shapeOf(build.outer) === null)
    return 'its name is not one that Nix gives to build directories: remove it by hand';
  const now = identity(build.outer);
  if (now === null) return 'it is not there any more, or is no directory';
  return now === shown.of(build) ? null : 'another directory has its name now: look at it again';
}
