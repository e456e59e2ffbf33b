/** What the system calls of several operations are made of. */
import { bytes, type Call, call, flags, NULL, num, text } from '../base/call.ts';
import { AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR, MS, S_IFREG } from './kernel.ts';
import { mountAttr } from './structures.ts';

const { MS_BIND, MS_REC } = MS;
// Made once: there may be thousands of mounts.
const BIND = flags({ MS_BIND });
/** Flags of mount(2): a bind of a mount and all below it. */
export const BIND_ALL = flags({ MS_BIND, MS_REC });
const EMPTY_FILE = num(S_IFREG | 0o444, 'S_IFREG|0444');
const NO_DEVICE = num(0);
const RECURSIVE = flags({ AT_RECURSIVE });
const READ_ONLY = bytes(mountAttr(MOUNT_ATTR.MOUNT_ATTR_RDONLY), '{attr_set=MOUNT_ATTR_RDONLY}');
const ATTRIBUTES_SIZE = num(32);

/** The descriptor that stands for the working directory, in calls whose paths are absolute. */
export const here = num(AT_FDCWD, 'AT_FDCWD');

/** The place of an inner path before the root is entered: `/etc` → `ROOT/etc`. */
export function under(root: string, path: string): string {
  return path === '/' ? root : root + path;
}

/** An empty file to bind another one over. */
export function touch(path: string): Call {
  return call('mknodat', here, text(path), EMPTY_FILE, NO_DEVICE);
}

/** A bind of one mount, or of all below it, too (mount(2)). */
export function bindCall(from: string, to: string, recursive: boolean): Call {
  return call('mount', text(from), text(to), NULL, recursive ? BIND_ALL : BIND, NULL);
}

/** The mount at a path, and all below it, for reading only (mount_setattr(2)). */
export function readOnlyCall(at: string): Call {
  return call('mount_setattr', here, text(at), RECURSIVE, READ_ONLY, ATTRIBUTES_SIZE);
}
