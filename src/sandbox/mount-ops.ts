/** The operations that mount something in the new root. */
import { type Arg, type Call, call, flags, NULL, text } from '../base/call.ts';
import { MOVE_MOUNT_F_EMPTY_PATH, MS } from './kernel.ts';
import { bindCall, here, readOnlyCall, touch, under } from './op-calls.ts';
import type { Meanings, OpOf } from './step.ts';
import type { RootOverlay } from './working-copy.ts';

const { MS_RDONLY } = MS;

/**
 * The lower layer is first bound to the place, for reading only, and the three directories are named relative to the session: so no path of a stranger's
 * stands among the options, where commas, colons and backslashes have a meaning. `userxattr` is what a user namespace may do;
 * `volatile` spares the disk a sync for each file that is changed first. A full disk makes the kernel mount read-only: asked at the end.
 */
function overlayCalls({ lower, session, byRoot, at }: OpOf<'overlay'>, root: string): readonly Call[] {
  const place = under(root, at);
  const writable = call('faccessat', here, text(place), flags({ W_OK: 2 }));
  const tree: Arg = { kind: 'runtime', of: 'tree' };
  if (byRoot !== null)
    return [call('move_mount', tree, text(''), here, text(place), flags({ MOVE_MOUNT_F_EMPTY_PATH })), writable];
  const options = `lowerdir=${place.slice(session.length + 1)},upperdir=build,workdir=work,userxattr,volatile`;
  return [
    bindCall(lower, place, false),
    readOnlyCall(place),
    call('chdir', text(session)),
    call('mount', text('overlay'), text(place), text('overlay'), flags({}), text(options)),
    writable,
  ];
}

function sayOwner({ mapped, owner }: RootOverlay): string {
  return mapped ? `; what belongs to ${owner.uid}:${owner.gid} is shown as yours` : '';
}

export const MOUNT_OPS: Meanings<'tmpfs' | 'bind' | 'device' | 'devpts' | 'bindInner' | 'overlay' | 'proc' | 'mask'> = {
  tmpfs: {
    say: op => `an empty tmpfs at ${op.at}, mode ${op.mode.toString(8)}`,
    calls: (op, root) => [
      call(
        'mount',
        text('tmpfs'),
        text(under(root, op.at)),
        text('tmpfs'),
        flags({}),
        text(`mode=${op.mode.toString(8)}`),
      ),
    ],
  },
  bind: {
    say: op => `${op.from} of the host at ${op.to}, ${op.readOnly ? 'read-only' : 'writable'}`,
    calls: (op, root) => {
      const to = under(root, op.to);
      // A file is bound over a file, which may be there already, or be in a tree that cannot be written.
      const place: readonly Call[] = op.type === 'file' ? [{ ...touch(to), optional: true }] : [];
      const bound = [...place, bindCall(op.from, to, true)];
      return op.readOnly ? [...bound, readOnlyCall(to)] : bound;
    },
  },
  device: {
    say: op => `the device ${op.from} of the host at ${op.to}${op.readOnly ? ', whose owner and mode stay' : ''}`,
    calls: (op, root) => {
      const to = under(root, op.to);
      const bound = [touch(to), bindCall(op.from, to, false)];
      // A device on a read-only mount can be written to: only its node cannot be changed.
      return op.readOnly ? [...bound, readOnlyCall(to)] : bound;
    },
  },
  devpts: {
    say: op => `a devpts of its own at ${op.at}`,
    calls: (op, root) => [
      call(
        'mount',
        text('devpts'),
        text(under(root, op.at)),
        text('devpts'),
        flags({}),
        text('newinstance,ptmxmode=0666,mode=0620'),
      ),
    ],
  },
  bindInner: {
    say: op => `${op.from} of the sandbox at ${op.to}`,
    calls: (op, root) => [
      ...(op.type === 'directory' ? [] : [touch(under(root, op.to))]),
      bindCall(under(root, op.from), under(root, op.to), false),
    ],
  },
  overlay: {
    say: ({ lower, at, byRoot }) =>
      `${lower} of the host at ${at}, under a layer that takes all changes${byRoot === null ? '' : `, mounted by root${sayOwner(byRoot)}`}`,
    calls: (op, root) => overlayCalls(op, root),
  },
  proc: {
    say: op => `a procfs of the new PID namespace at ${op.at}${op.readOnly ? ', read-only' : ''}`,
    calls: (op, root) => [
      call(
        'mount',
        text('proc'),
        text(under(root, op.at)),
        text('proc'),
        flags(op.readOnly ? { MS_RDONLY } : {}),
        NULL,
      ),
    ],
  },
  mask: {
    say: op => `nothing can be read from or written to ${op.at}`,
    calls: (op, root) => [bindCall(under(root, '/dev/null'), under(root, op.at), false)],
  },
};
