/** How much a kept directory holds: counted in the background, in slices, without following links. */
import { type Dir, lstatSync, opendirSync } from 'node:fs';
import { fromBytes, fsPath, type HostPath } from '../base/path.ts';
import { slices } from './slices.ts';

export interface TreeSize {
  /** What the files occupy on the disk, as du(1) counts: a hard link once, a sparse file's holes not. */
  readonly diskBytes: number;
  /** The sum of the lengths of regular files, each name counted. */
  readonly sizeBytes: number;
  /** Everything that is no directory. */
  readonly files: number;
  readonly directories: number;
  /** Directories that the caller cannot list: what is in them is not counted. */
  readonly closed: number;
}

export interface TreeSizeOptions {
  readonly signal?: AbortSignal;
  /** Called about ten times a second with what was counted so far. */
  readonly onProgress?: (soFar: TreeSize) => void;
}

const TELL_MS = 100;
/** Files with several names are remembered by number, to be counted once; a tree of links has no more of them than this. */
const MOST_LINKED = 1_000_000;

/**
 * Counts the files below a directory. Other file systems that are mounted in it are counted, too; what goes away meanwhile is
 * left out.
 * @throws GivenUp when `signal` is aborted
 */
export async function treeSize(directory: HostPath, { signal, onProgress }: TreeSizeOptions = {}): Promise<TreeSize> {
  const pause = slices(signal);
  const size = { diskBytes: 0, sizeBytes: 0, files: 0, directories: 0, closed: 0 };
  const linked = new Set<string>();
  let told = performance.now();
  const waiting: string[] = [directory];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const entries = opened(path);
    if (entries === null) size.closed += 1;
    try {
      for (let name = nextName(entries); name !== null; name = nextName(entries)) {
        const below = `${path}/${name}`;
        if (count(below, size, linked)) waiting.push(below);
        await pause();
        if (onProgress === undefined || performance.now() - told < TELL_MS) continue;
        told = performance.now();
        onProgress({ ...size });
      }
    } finally {
      entries?.closeSync();
    }
  }
  return size;
}

/** @returns whether it is a directory */
function count(path: string, size: { -readonly [K in keyof TreeSize]: number }, linked: Set<string>): boolean {
  let stats: ReturnType<typeof lstatSync>;
  try {
    stats = lstatSync(fsPath(path), { throwIfNoEntry: false });
  } catch {
    return false;
  }
  if (stats === undefined) return false;
  const directory = stats.isDirectory();
  if (directory) size.directories += 1;
  else size.files += 1;
  if (stats.isFile()) size.sizeBytes += stats.size;
  if (!directory && stats.nlink > 1) {
    const key = `${stats.dev}:${stats.ino}`;
    if (linked.has(key)) return false;
    if (linked.size < MOST_LINKED) linked.add(key);
  }
  size.diskBytes += 512 * stats.blocks;
  return directory;
}

function opened(path: string): Dir | null {
  try {
    return opendirSync(fsPath(path), { encoding: 'buffer' as 'utf8', bufferSize: 256 });
  } catch {
    return null;
  }
}

/** One by one: a directory with a million names must not hold us either. */
function nextName(entries: Dir | null): string | null {
  try {
    const entry = entries?.readSync() ?? null;
    return entry === null ? null : fromBytes(entry.name as unknown as Buffer);
  } catch {
    // What cannot be listed any more has no more names.
    return null;
  }
}
