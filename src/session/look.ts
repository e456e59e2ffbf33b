/**
 * Looks through a tree for what an overlay would show otherwise than a copy: entries of other owners, files with several names,
 * directories that cannot be looked into; and for what somebody else may not read. Resumable: a tree may hold more than a start has time for.
 */

import { closeSync } from 'node:fs';
import { monotonicMs } from '../base/clock.ts';
import { errnoName } from '../base/errno.ts';
import { fromBytes, type HostPath } from '../base/path.ts';
import { uninterrupted } from '../ffi/syscalls.ts';
import type { OverlayCopy } from '../sandbox/working-copy.ts';
import { type Arena, bytesAt, makeArena, PART, putPath } from './arena.ts';
import { readEntries } from './entries.ts';
import { E, O_NOATIME, READ_DIRECTORY, TYPE } from './linux.ts';
import { openRoot } from './open-root.ts';
import { permits, type Reader } from './permits.ts';
import {
  statDevice,
  statFd,
  statIdentity,
  statLinks,
  statMode,
  statMount,
  statName,
  statOwner,
  statSize,
  statType,
} from './stat.ts';

/** What was found so far; paths are relative to the tree, '' is the tree itself. */
export interface Looked {
  entries: number;
  /** Whether nothing is left to look at. */
  whole: boolean;
  /** The first entry whose owner or group is another than the look's `owner`. */
  foreign: string | null;
  /** Files and other things with more than one name, by device and inode: those of their names that were met, and their size. */
  readonly links: Map<string, { readonly names: string[]; readonly size: number }>;
  /** The first directory that could not be looked into. */
  closed: string | null;
  /** The first directory whose own owner, the caller, may not read it. */
  unread: string | null;
  /** The first entry that a lower layer would not show: something is mounted on it, or it is a device 0:0, which hides (overlayfs.rst, whiteouts). */
  hidden: string | null;
  /** The first file or directory that the reader may not read. */
  denied: string | null;
  /** The first file with a set-id bit. */
  setId: string | null;
  /** The first regular file with content that the caller may most likely read. */
  sample: string | null;
}

export interface Look {
  /** Whose entries are not foreign; null: everybody's. */
  readonly owner: Owner | null;
  /** Whose permissions are asked about; null: nobody's. */
  readonly reader: Reader | null;
  readonly arena: Arena;
  readonly found: Looked;
  /** The tree's own descriptor; -1 once it is closed. */
  top: number;
  readonly mount: string;
  /** Directories still to be read, and the one that is being read (`fd` -1: none). */
  readonly pending: string[];
  at: string;
  fd: number;
  /** O_NOATIME, until it is refused: it is for the owner's own directories (open(2)). */
  quietly: number;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Begins to look at a tree. Where the caller owns it, or is root, not even access times change.
 * @param tree its path, or a descriptor of it, which stays the caller's
 * @returns what the kernel said, where it cannot be opened
 */
export function startLook(tree: HostPath | number, owner: Owner | null, reader: Reader | null = null): Look | string {
  const arena = makeArena(0);
  const top =
    typeof tree === 'number'
      ? uninterrupted('openat', tree, putPath(arena, '.', PART.path), READ_DIRECTORY)
      : openRoot(arena, tree);
  if (top < 0) return `open(${JSON.stringify(tree)}) = ${errnoName(-top)}`;
  statFd(arena, top);
  const found: Looked = {
    entries: 0,
    whole: false,
    foreign: null,
    links: new Map(),
    closed: null,
    unread: null,
    hidden: null,
    denied: null,
    setId: null,
    sample: null,
  };
  const mount = statMount(arena);
  const look: Look = { owner, reader, arena, found, top, mount, pending: [], at: '', fd: -1, quietly: O_NOATIME };
  note(look, '');
  return look;
}

/**
 * Goes on, breadth first, until the time (base/clock.ts) is over, give or take one chunk of entries, or something foreign is
 * found. @returns whether it came to its end
 */
export function lookOn(look: Look, until: number): boolean {
  while (look.top >= 0 && monotonicMs() < until) {
    if (look.found.foreign !== null) endLook(look);
    else if (look.fd >= 0) lookAtChunk(look);
    else if (!enterNext(look)) {
      look.found.whole = true;
      endLook(look);
    }
  }
  return look.top < 0;
}

/** How far a look came. */
export function lookedSoFar(look: Look | null): OverlayCopy['looked'] {
  const { entries, whole, unread } = look?.found ?? { entries: 0, whole: false, unread: null };
  return { entries, whole, unread };
}

/** Stops looking; nothing happens where it has ended. */
export function endLook(look: Look): void {
  for (const fd of [look.fd, look.top]) if (fd >= 0) closeSync(fd);
  look.fd = -1;
  look.top = -1;
}

/** Opens the next directory; false where there is none. One that cannot be opened is noted. */
function enterNext(look: Look): boolean {
  const path = look.pending.shift();
  if (path === undefined) return false;
  const name = putPath(look.arena, path === '' ? '.' : path, PART.path);
  look.fd = name === 0 ? -1 : openQuietly(look, name);
  look.at = path;
  if (look.fd === -E.ACCES) look.found.unread ??= path;
  else if (look.fd < 0) look.found.closed ??= path;
  return true;
}

function openQuietly(look: Look, name: number): number {
  const fd = uninterrupted('openat', look.top, name, READ_DIRECTORY | look.quietly);
  if (fd !== -E.PERM || look.quietly === 0) return fd;
  look.quietly = 0;
  return uninterrupted('openat', look.top, name, READ_DIRECTORY);
}

function lookAtChunk(look: Look): void {
  const { arena, fd, at: path } = look;
  const entries = readEntries(arena, fd);
  if (entries === null || typeof entries === 'number') {
    closeSync(fd);
    look.fd = -1;
    return;
  }
  for (const { at } of entries) {
    // What went away meanwhile is nobody's.
    if (statName(arena, fd, arena.address + at) !== 0) continue;
    const name = fromBytes(bytesAt(arena, at));
    note(look, path === '' ? name : `${path}/${name}`);
  }
}

/** Takes down what the last question of stat.ts told about an entry. */
function note(look: Look, path: string): void {
  const { arena, found, owner } = look;
  const type = statType(arena);
  const { uid, gid } = statOwner(arena);
  found.entries += 1;
  if (owner !== null && (uid !== owner.uid || gid !== owner.gid)) found.foreign ??= path;
  if (type === TYPE.directory) look.pending.push(path);
  else if (statLinks(arena) > 1) noteName(look, path);
  const asked = type === TYPE.directory ? 5 : type === TYPE.file ? 4 : 0;
  if (look.reader !== null && !permits({ mode: statMode(arena), uid, gid }, look.reader, asked)) found.denied ??= path;
  if (type === TYPE.file && (statMode(arena) & 0o6000) !== 0) found.setId ??= path;
  if (type === TYPE.file && statSize(arena) > 0 && mayRead(arena)) found.sample ??= path;
  const hides = type === TYPE.character && statDevice(arena) === 0;
  if (hides || statMount(arena) !== look.mount) found.hidden ??= path;
}

function noteName({ arena, found }: Look, path: string): void {
  const identity = statIdentity(arena);
  const known = found.links.get(identity);
  if (known === undefined) found.links.set(identity, { names: [path], size: statSize(arena) });
  else known.names.push(path);
}

function mayRead(arena: Arena): boolean {
  return (statMode(arena) & 0o004) !== 0 || statOwner(arena).uid === process.geteuid?.();
}
