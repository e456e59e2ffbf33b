/** What of a kept directory the caller cannot read: counted and named before anything is copied. */
import { constants, type Dirent, readdirSync } from 'node:fs';
import { fromBytes, fsPath, type HostPath } from '../base/path.ts';
import { mayAccess } from './read-regular.ts';

export interface Readability {
  readonly count: number;
  /** The first hundred, relative to the directory; bytes in strings. */
  readonly first: readonly string[];
  /** False where the tree was too large to look at all of it. */
  readonly complete: boolean;
}

const FIRST = 100;
const MOST_ENTRIES = 50_000;

/** Looks at up to 50,000 entries, breadth first; links are not followed, and nothing is opened but directories (access(2)). */
export function readability(directory: HostPath): Readability {
  const first: string[] = [];
  let count = 0;
  let seen = 0;
  const denied = (path: string): void => {
    count += 1;
    if (first.length < FIRST) first.push(path);
  };
  const waiting = [''];
  for (let relative = waiting.shift(); relative !== undefined; relative = waiting.shift()) {
    const entries = listed(relative === '' ? directory : `${directory}/${relative}`);
    if (entries === null) denied(relative === '' ? '.' : `${relative}/`);
    for (const entry of entries ?? []) {
      seen += 1;
      if (seen > MOST_ENTRIES) return { count, first, complete: false };
      const name = fromBytes(entry.name as unknown as Buffer);
      const path = relative === '' ? name : `${relative}/${name}`;
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile() && !mayAccess(`${directory}/${path}`, constants.R_OK)) denied(path);
    }
  }
  return { count, first, complete: true };
}

function listed(path: string): readonly Dirent[] | null {
  try {
    return readdirSync(fsPath(path), { withFileTypes: true, encoding: 'buffer' as 'utf8' });
  } catch {
    return null;
  }
}
