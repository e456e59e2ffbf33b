/** Copies the user's own extended attributes (`user.*`, xattr(7)). ACLs are not: they name other people, and the copy is the caller's. */
import { uninterrupted } from '../ffi/syscalls.ts';
import { type Arena, PART } from './arena.ts';

/** Best effort: an attribute that the target refuses is left out. One call for a file without attributes. */
export function copyAttributes(arena: Arena, from: number, to: number, mode: number): void {
  const list = arena.address + PART.data;
  const length = uninterrupted('flistxattr', from, list, arena.dataSize / 2);
  if (length <= 0) return;
  const value = list + length;
  const room = arena.dataSize - length;
  const writable = (mode & 0o200) !== 0;
  // The owner too may set them only on what may be written.
  if (!writable) uninterrupted('fchmod', to, mode | 0o200);
  for (let at = PART.data; at < PART.data + length; at = arena.bytes.indexOf(0, at) + 1) {
    if (arena.bytes.toString('latin1', at, at + 5) !== 'user.') continue;
    const size = uninterrupted('fgetxattr', from, arena.address + at, value, room);
    if (size >= 0) uninterrupted('fsetxattr', to, arena.address + at, value, size, 0);
  }
  if (!writable) uninterrupted('fchmod', to, mode);
}
