/** A hash over everything of a tree but access times: content, names, types, modes, owners, times, links. */
import { createHash, type Hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The same for the same tree; any change of it, and of nothing else, changes it. */
export function treeHash(path: string): string {
  const hash = createHash('sha256');
  add(hash, Buffer.from(path), '');
  return hash.digest('hex');
}

function add(hash: Hash, path: Buffer, name: string): void {
  const stats = lstatSync(path, { bigint: true });
  hash.update(
    JSON.stringify(
      [name, stats.mode, stats.uid, stats.gid, stats.size, stats.mtimeNs, stats.ctimeNs, stats.nlink, stats.ino].map(
        String,
      ),
    ),
  );
  if (stats.isSymbolicLink()) hash.update(readlinkSync(path, 'buffer'));
  else if (stats.isFile()) hash.update(contentOf(path));
  else if (stats.isDirectory()) {
    const names = readdirSync(path, 'buffer').sort((a, b) => a.compare(b));
    for (const child of names) add(hash, Buffer.concat([path, Buffer.from('/'), child]), child.toString('latin1'));
  }
}

/** A file that its owner has closed keeps its content as long as its times do. */
function contentOf(path: Buffer): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return Buffer.from('closed');
    throw error;
  }
}
