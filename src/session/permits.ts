/** Whether somebody else may read or search a file, by its permission bits. */

/** Somebody else, by all the groups that they have. */
export interface Reader {
  readonly uid: number;
  readonly gids: readonly number[];
}

/** Whether the permission bits (4 read, 1 search) are the reader's: path_resolution(7). Access control lists are not asked. */
export function permits(
  { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
  reader: Reader,
  asked: number,
): boolean {
  const shift = uid === reader.uid ? 6 : reader.gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & asked) === asked;
}
