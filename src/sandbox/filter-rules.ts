/** Which system calls are refused: Nix' rules by the version that kept the build (nix-sandbox.md, 4.5), and the terminal's. */
import type { KeptBuild } from '../nix/kept-build.ts';
import type { FilterRule } from './bpf.ts';

/** S_ISUID and S_ISGID. */
const SET_ID_BITS = 0o6000;
/** Put input into a terminal's queue as if it had been typed there (ioctl_tty(2)): the caller's terminal is not the build's. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

const SET_ID: readonly FilterRule[] = [
  { calls: ['chmod', 'fchmod'], when: { argument: 1, anyBit: SET_ID_BITS }, errno: 'EPERM' },
  { calls: ['fchmodat', 'fchmodat2'], when: { argument: 2, anyBit: SET_ID_BITS }, errno: 'EPERM' },
];
const SET_ATTRIBUTES: FilterRule = { calls: ['setxattr', 'lsetxattr', 'fsetxattr'], errno: 'ENOTSUP' };
const GET_ATTRIBUTES: FilterRule = { calls: ['getxattr', 'lgetxattr', 'fgetxattr'], errno: 'ENOTSUP' };
const TYPE_INTO_TERMINAL: FilterRule = {
  calls: ['ioctl'],
  when: { argument: 1, oneOf: [TIOCSTI, TIOCLINUX] },
  errno: 'EPERM',
};

/** Key rings have no namespace of their own: a process of the same user can link the caller's into its own, and read what is in it (keyrings(7)). */
const KEY_RINGS: FilterRule = { calls: ['add_key', 'request_key', 'keyctl'], errno: 'ENOSYS' };

/**
 * A signal to one's own process group reaches all of it, in whichever PID namespace they are (kill(2)): at a terminal those are the caller's shell
 * script, and what else it runs. Who names a group by its number, or by a pidfd of its leader, has to find it inside.
 */
const OWN_GROUP: FilterRule = { calls: ['kill'], when: { argument: 0, oneOf: [0] }, errno: 'EPERM' };

/** The rules with the one for a command in its caller's process group, or without. */
export function forGroup(rules: readonly FilterRule[], shared: boolean): readonly FilterRule[] {
  const others = rules.filter(({ calls }) => !calls.includes('kill'));
  return shared ? [...others, OWN_GROUP] : others;
}

/** Sockets between a virtual machine and what runs it have no namespaces (vsock(7)). */
const AF_VSOCK = 40;
const MACHINE_SOCKETS: FilterRule = {
  calls: ['socket'],
  when: { argument: 0, oneOf: [AF_VSOCK] },
  errno: 'EAFNOSUPPORT',
};
/** Ways to a socket that a filter cannot look into: it sees the numbers of a call, not what they point at. */
const HIDDEN_SOCKETS: FilterRule = { calls: ['io_uring_setup'], errno: 'ENOSYS' };
const HIDDEN_SOCKETS_OF_I386: FilterRule = { calls: ['socketcall'], errno: 'ENOSYS' };

/** `network` is `--net`; `i686` is a build for that, whose libc has no other way to sockets than `socketcall`. */
export type Sockets = 'network' | 'closed' | 'closed, i686';

function socketRules(sockets: Sockets): readonly FilterRule[] {
  if (sockets === 'network') return [];
  return [MACHINE_SOCKETS, HIDDEN_SOCKETS, ...(sockets === 'closed' ? [HIDDEN_SOCKETS_OF_I386] : [])];
}

/**
 * The rules for a build. The version of its Nix is not recorded, but the layout of the kept directory bounds it: flat ones are of
 * 2.23 or before, the others of 2.24 or later but for a few patch releases (nix-sandbox.md, 1.1). Lix filters by a list of what is
 * allowed, of which only these rules are kept; Guix has no filter.
 * @param sharesGroup whether the command is in its caller's process group
 */
export function filterRules(
  { system, layout }: Pick<KeptBuild, 'system' | 'layout'>,
  sharesGroup: boolean,
  sockets: Sockets,
): readonly FilterRule[] {
  const ours = forGroup([TYPE_INTO_TERMINAL, KEY_RINGS, ...socketRules(sockets)], sharesGroup);
  if (system === 'guix') return ours;
  const refusesReading = system === 'nix' && layout === 'build';
  return [...SET_ID, SET_ATTRIBUTES, ...(refusesReading ? [GET_ATTRIBUTES] : []), ...ours];
}
