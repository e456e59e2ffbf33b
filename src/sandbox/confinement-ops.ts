/** The operations that take rights from a process, for good: those just before the command. */
import { bytes, call, counted, flags, NULL, num, optional } from '../base/call.ts';
import { filterBytes, filterProgram } from './bpf.ts';
import { PR } from './kernel.ts';
import type { Meanings, OpOf } from './step.ts';
import { capabilityHeader, landlockRuleset } from './structures.ts';

type Confinement = 'noNewPrivileges' | 'scopeSockets' | 'ownKeyRing' | 'filter' | 'noCapabilities';

export const CONFINEMENT_OPS: Meanings<Confinement> = {
  noNewPrivileges: {
    say: () => 'no program can gain privileges by being executed',
    calls: () => [
      call('prctl', flags({ PR_SET_NO_NEW_PRIVS: PR.PR_SET_NO_NEW_PRIVS }), num(1), num(0), num(0), num(0)),
    ],
  },
  scopeSockets: {
    say: () => 'abstract Unix sockets reach only processes of the sandbox',
    // Optional: Linux 6.12 and later (landlock(7)). The second call has no descriptor then.
    calls: () => [
      {
        ...optional(
          'landlock_create_ruleset',
          bytes(landlockRuleset(1), '{scoped=LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET}'),
          num(24),
          num(0),
        ),
        result: 'fd',
      },
      optional('landlock_restrict_self', { kind: 'result', of: 'fd' }, num(0)),
    ],
  },
  ownKeyRing: {
    say: () => 'a session key ring of its own, which is empty',
    // Optional: a kernel may have none, and a user has a quota of them (keyrings(7)).
    calls: () => [optional('keyctl', flags({ KEYCTL_JOIN_SESSION_KEYRING: 1 }), NULL)],
  },
  filter: {
    say: op => `a system call filter of ${op.rules.length} rules: ${op.rules.map(sayRule).join(', ')}`,
    calls: op => {
      const program = filterProgram(op.rules, op.architecture);
      return [
        call(
          'seccomp',
          flags({ SECCOMP_SET_MODE_FILTER: 1 }),
          num(0),
          counted(program.length, filterBytes(program), `{len=${program.length}, filter=<${op.architecture}>}`),
        ),
      ];
    },
  },
  noCapabilities: {
    say: () => 'no capabilities',
    calls: () => [
      // Optional: Linux 4.3 and later.
      optional(
        'prctl',
        flags({ PR_CAP_AMBIENT: PR.PR_CAP_AMBIENT }),
        flags({ PR_CAP_AMBIENT_CLEAR_ALL: 4 }),
        num(0),
        num(0),
        num(0),
      ),
      call(
        'capset',
        bytes(capabilityHeader, '{_LINUX_CAPABILITY_VERSION_3, 0}'),
        bytes(new Uint8Array(24), '{effective=0, permitted=0, inheritable=0}'),
      ),
    ],
  },
};

function sayRule({ calls, when, errno }: OpOf<'filter'>['rules'][number]): string {
  const names = calls.join(' ');
  if (when === undefined) return `${names} → ${errno}`;
  return 'anyBit' in when
    ? `${names} with a mode of ${when.anyBit.toString(8)} → ${errno}`
    : `${names} ${when.oneOf.map(value => `0x${value.toString(16)}`).join(' ')} → ${errno}`;
}
