/** Files with several names under an overlay that would separate them: they are put in its layer of changes beforehand, names and all. */
import { ok, type Result } from '../base/failure.ts';
import type { HostPath } from '../base/path.ts';
import { type CopyOptions, copyTree } from './copy.ts';
import type { Looked } from './look.ts';

/**
 * Of a tree that was looked at whole, as much as there is: a copy of all would be more. Of a larger one, what a start has time for;
 * `omitted` of the plan says what an overlay does to the rest.
 */
const PART_BYTES = 8 * 1024 * 1024;

/** The names, relative to the tree, of the files that have more than one in what was looked at. */
export function severalNames({ links, whole }: Pick<Looked, 'links' | 'whole'>): readonly string[] {
  const files = [...links.values()].filter(({ names }) => names.length > 1);
  if (whole) return files.flatMap(({ names }) => names);
  let left = PART_BYTES;
  return files.flatMap(({ names, size }) => {
    if (size > left) return [];
    left -= size;
    return names;
  });
}

/** Makes the layer `to` with these names of the tree in it, and with the directories above them, each as it is there. */
export function placeNames(
  from: HostPath,
  to: HostPath,
  names: readonly string[],
  progress: CopyOptions['progress'],
): Result<null> {
  const only = new Set<string>();
  for (const name of names)
    for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) only.add(at);
  const copied = copyTree(from, to, { only, ...(progress === undefined ? {} : { progress }) });
  return copied.ok ? ok(null) : copied;
}
