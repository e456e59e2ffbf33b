/** A session's layer above the whole store (docs/decisions/0085-the-whole-store-has-a-layer.md): whether there can be one, and its directories. */
import { closeSync, constants, existsSync, fchmodSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { ok, type Result } from '../base/failure.ts';
import { fsPath, type HostPath, hostPath } from '../base/path.ts';
import { allocate } from '../ffi/memory.ts';
import { syscall } from '../ffi/syscalls.ts';
import type { LayerPlace, StoreLayer } from '../sandbox/store-view.ts';
import { type CopiedOutputs, copyOutputs } from './outputs.ts';
import { notWritten } from './place.ts';
import { attributesRefused } from './probe.ts';
import { knownRefusal } from './refusals.ts';
import { removeTree } from './remove.ts';

const NONE: CopiedOutputs = { count: 0, first: [] };

/**
 * What stands against any layer above the store `from`; null where nothing is known to.
 * @param sessions their directory, or, where it is not made yet, the next one above it
 */
export function noLayer(from: HostPath, sessions: HostPath): string | null {
  if (!existsSync(fsPath(from))) return `there is no ${from}`;
  if (`${sessions}/`.startsWith(`${from}/`)) return 'the changes would be put into the store itself';
  const mount = mountBelow(from);
  return mount === null
    ? null
    : `${mount} is a mount of its own, and would not be seen through a layer above the store`;
}

/** What is known to stand against one in this place; a tmpfs has user attributes since Linux 6.6, and is taken without them, too. */
export function layerRefused(from: HostPath, sessions: HostPath, place: LayerPlace): string | null {
  const known = knownRefusal(sessions, from, `store-${place}`);
  return known ?? (place === 'session' ? attributesRefused(sessions, 'user') : null);
}

/** The first mount below a directory, as /proc writes it (proc_pid_mountinfo(5)); null where there is none, or no /proc to ask. */
function mountBelow(directory: HostPath): string | null {
  let text: string;
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return null;
  }
  // Blanks, line ends and backslashes stand there as octal escapes.
  const octal = (character: string): string => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  const below = `${directory.replace(/[ \t\n\\]/g, octal)}/`;
  const points = text.split('\n').map(line => line.split(' ', 5)[4] ?? '');
  return points.find(point => point.startsWith(below)) ?? null;
}

/**
 * Makes the layer and what the kernel works in, or for one in memory its place and what lies beneath it. A layer that is there already (a start that failed) stays; the other is made anew, as the kernel
 * takes no used one for a `volatile` overlay.
 * @returns what could not be copied of the outputs that Nix left unfinished
 */
export function makeStoreLayer({ place, session, from, unfinished }: StoreLayer): Result<CopiedOutputs> {
  const layer = hostPath(`${session}/store`);
  const work = hostPath(`${session}/store-work`);
  const removed = existsSync(fsPath(work)) ? removeTree(work) : ok(null);
  if (!removed.ok) return removed;
  try {
    mkdirSync(fsPath(work), { mode: 0o700 });
  } catch (error) {
    return notWritten('make a layer above the store', error, session);
  }
  if (existsSync(fsPath(layer)) || (place === 'memory' && unfinished.length === 0)) return ok(NONE);
  const copied = copyOutputs(from, unfinished, layer);
  if (copied.ok) for (const name of unfinished) closeToLower(hostPath(`${layer}/${name}`));
  return copied;
}

const NAME = 'user.overlay.opaque\0';

/**
 * The copy of a directory stands for itself: what lies at its path in the store is not shown through it. Else what could not be copied would be there,
 * and rename(2) refused. Best effort: without the mark, that is all that is different.
 */
function closeToLower(path: HostPath): void {
  let directory: number;
  try {
    directory = openSync(fsPath(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    return;
  }
  const { mode } = fstatSync(directory);
  // The owner, too, may set it only on what may be written.
  fchmodSync(directory, (mode & 0o777) | 0o200);
  const memory = allocate(64);
  memory.bytes.write(`${NAME}y`, 0, 'latin1');
  syscall('fsetxattr', directory, memory.address, memory.address + NAME.length, 1, 0);
  fchmodSync(directory, mode & 0o1777);
  closeSync(directory);
}
