/** The operations that show the store's paths. */
import { type Arg, bytes, type Call, call, flags, mode, NULL, num, text } from '../base/call.ts';
import { toBytes } from '../base/path.ts';
import type { StoreEntry } from '../nix/store-entries.ts';
import { MOUNT_ATTR, MS, S_IFCHR } from './kernel.ts';
import { BIND_ALL, bindCall, here, readOnlyCall, touch, under } from './op-calls.ts';
import type { Meanings, OpOf } from './step.ts';
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

const { MS_NOSUID, MS_NODEV } = MS;
const WHITEOUT = num(S_IFCHR, 'S_IFCHR');

/**
 * As the overlay of `/build` (mount-ops.ts), and with names relative to the session for the same reason. The lower layer stays for reading only
 * beneath: the kernel makes a mount of its own of it, which nothing is written through. A device 0:0 in a layer hides what lies below it
 * (overlayfs.rst, whiteouts), and may be made without privileges.
 */
function layerCalls({ place, session, copies, hidden, at }: OpOf<'storeLayer'>, root: string): readonly Call[] {
  const inMemory = place === 'memory';
  const upper = inMemory ? 'store-work/store' : 'store';
  const work = inMemory ? 'store-work/work' : 'store-work';
  const store = under(root, at);
  const lower = `${inMemory && copies ? 'store:' : ''}${store.slice(session.length + 1)}`;
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work},userxattr,volatile`;
  return [
    call('chdir', text(session)),
    ...(inMemory ? memoryCalls(upper, work) : []),
    // It may be there from a start that failed.
    ...hidden.map(
      (name): Call => ({ ...call('mknodat', here, text(`${upper}/${name}`), WHITEOUT, num(0)), optional: true }),
    ),
    call('mount', text('overlay'), text(store), text('overlay'), flags({}), text(options)),
    call('faccessat', here, text(store), flags({ W_OK: 2 })),
  ];
}

/** A tmpfs that is there for as long as the overlay uses it: its place goes away with the old root. */
function memoryCalls(upper: string, work: string): readonly Call[] {
  const options = flags({ MS_NOSUID, MS_NODEV });
  return [
    call('mount', text('tmpfs'), text('store-work'), text('tmpfs'), options, text('mode=700')),
    call('mkdirat', here, text(upper), mode(0o1775)),
    call('mkdirat', here, text(work), mode(0o700)),
  ];
}

/** From so many directories on, a loop: their calls one by one cost more than the kernel does with them. */
const MANY = 32;

/** All in one turn each of three calls: the next record, its place in the store, which is the working directory here, and the mount on it. */
function directoryLoop(names: readonly string[], from: string, at: string): readonly Call[] {
  const before = toBytes(`${from}/`).length;
  const longest = names.reduce((most, { length }) => Math.max(most, length), 0);
  const size = Math.ceil((before + longest + 1) / 8) * 8;
  const path: Arg = { kind: 'record', at: 0 };
  const name: Arg = { kind: 'record', at: before };
  return [
    call('chdir', text(at)),
    { ...call('read', { kind: 'records', from, names, size }, path, num(size)), branch: { on: 0, skip: 3 } },
    call('mkdirat', here, name, PLACE_MODE),
    { ...call('mount', path, name, NULL, BIND_ALL, NULL), branch: { on: 0, skip: -2 } },
  ];
}

function storePathsCalls(entries: readonly StoreEntry[], from: string, at: string): readonly Call[] {
  const directories = entries.filter(({ type }) => type === 'directory');
  if (directories.length < MANY) return entries.flatMap(entry => storePathCalls(entry, from, at));
  const rest = entries.filter(({ type }) => type !== 'directory');
  return [
    ...directoryLoop(
      directories.map(({ name }) => name),
      from,
      at,
    ),
    ...rest.flatMap(entry => storePathCalls(entry, from, at)),
  ];
}

export const STORE_OPS: Meanings<'storePaths' | 'closeStorePaths' | 'storeLayer'> = {
  storePaths: {
    say: op => `${op.entries.length} store ${op.entries.length === 1 ? 'path' : 'paths'} of ${op.from} at ${op.at}`,
    calls: (op, root) => storePathsCalls(op.entries, op.from, under(root, op.at)),
  },
  closeStorePaths: {
    say: op => `the store paths below ${op.at} are read-only; it is not`,
    // All at once: one call for each of some hundred mounts would be felt.
    calls: (op, root) => [readOnlyCall(under(root, op.at)), writableCall(under(root, op.at))],
  },
  storeLayer: {
    say: ({ at, place }) =>
      `what is written to ${at} goes to a layer above it${place === 'memory' ? ', in memory' : ''}`,
    calls: (op, root) => layerCalls(op, root),
  },
};
