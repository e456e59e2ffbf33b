/** The operations that show the store's paths. */
import { bytes, type Call, call, mode, num, text } from '../base/call.ts';
import type { StoreEntry } from '../nix/store-entries.ts';
import { MOUNT_ATTR } from './kernel.ts';
import { bindCall, here, readOnlyCall, touch, under } from './op-calls.ts';
import type { Meanings } from './step.ts';
import { mountAttr } from './structures.ts';

/** The mount at a path alone. */
function writableCall(at: string): Call {
  const attributes = bytes(mountAttr(0, MOUNT_ATTR.MOUNT_ATTR_RDONLY), '{attr_clr=MOUNT_ATTR_RDONLY}');
  return call('mount_setattr', here, text(at), num(0), attributes, num(32));
}

const PLACE_MODE = mode(0o555);

function storePathCalls(entry: StoreEntry, from: string, at: string): readonly Call[] {
  const to = `${at}/${entry.name}`;
  if (entry.type === 'link') return [call('symlinkat', text(entry.target), here, text(to))];
  const place = entry.type === 'directory' ? call('mkdirat', here, text(to), PLACE_MODE) : touch(to);
  return [place, bindCall(`${from}/${entry.name}`, to, true)];
}

export const STORE_OPS: Meanings<'storePaths' | 'closeStorePaths'> = {
  storePaths: {
    say: op => `${op.entries.length} store ${op.entries.length === 1 ? 'path' : 'paths'} of ${op.from} at ${op.at}`,
    calls: (op, root) => op.entries.flatMap(entry => storePathCalls(entry, op.from, under(root, op.at))),
  },
  closeStorePaths: {
    say: op => `the store paths below ${op.at} are read-only; it is not`,
    // All at once: one call for each of some hundred mounts would be felt.
    calls: (op, root) => [readOnlyCall(under(root, op.at)), writableCall(under(root, op.at))],
  },
};
