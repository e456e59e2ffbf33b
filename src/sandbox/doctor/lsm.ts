/** Security modules that forbid user namespaces or take their capabilities away: AppArmor and SELinux. */
import { shellWord } from '../../base/printable.ts';
import { type Answer, amiss, fine } from './answer.ts';
import { blamed, PRIVILEGED_STEPS, refusedAt } from './blame.ts';
import { CONTAINER_OPTIONS, containerKind } from './confinement.ts';
import { isThere, type Machine, numberOf, textOf } from './machine.ts';
import type { Probes } from './probe.ts';

const RESTRICTION = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';
const PROFILE = '/etc/apparmor.d/nix-build-shell';

/**
 * Ubuntu (23.10 and later; Debian has the switch, too, set to 0): the user namespace of an unconfined program is made, but all
 * its capabilities are refused (profile `unprivileged_userns`), so the first refusal is that of the id maps.
 */
export function appArmor(machine: Machine, probes: Probes): Answer {
  const asked = {
    id: 'security.apparmor',
    title: 'AppArmor',
    source: `${RESTRICTION}, /proc/self/attr/current`,
  } as const;
  const restricted = numberOf(machine, RESTRICTION);
  const label = appArmorLabel(machine);
  if (restricted === null && label === null) return fine(asked, 'not here, or without a say in user namespaces');
  const found = `${restricted === null ? 'no restriction of user namespaces in this kernel' : `kernel.apparmor_restrict_unprivileged_userns is ${restricted}`}; this Node is ${label ?? 'of an unknown label'}`;
  const refused = refusedAt(probes, ['namespaces', ...PRIVILEGED_STEPS], ['EPERM', 'EACCES']);
  if (restricted !== null && restricted !== 0 && !isConfined(label)) {
    if (refused)
      return amiss(asked, 'broken', found, 'no sandbox can be made by this Node', profileCommand(machine.node));
    return probes.trial === null && machine.uid === 0
      ? amiss(
          asked,
          'warning',
          `${found}, and you are root`,
          'ordinary users can make no sandbox',
          profileCommand(machine.node),
        )
      : fine(asked, found);
  }
  if (!refused || !isConfined(label)) return fine(asked, found);
  return amiss(
    asked,
    'broken',
    found,
    'this profile refuses what a sandbox needs',
    containerKind(machine) === null ? profileCommand(machine.node) : CONTAINER_OPTIONS,
  );
}

/** The label of this process, `unconfined` or `PROFILE (MODE)`; null where AppArmor does not label. */
function appArmorLabel(machine: Machine): string | null {
  if (textOf(machine, '/sys/module/apparmor/parameters/enabled') !== 'Y') return null;
  const path = ['/proc/self/attr/apparmor/current', '/proc/self/attr/current'].find(name => isThere(machine, name));
  const label = path === undefined ? null : textOf(machine, path);
  return label === null || label === '' ? null : label.replace(/\0+$/, '');
}

/** A profile in the mode `unconfined` (such as ours) confines nothing, but may grant user namespaces. */
function isConfined(label: string | null): boolean {
  return label !== null && label !== 'unconfined' && !label.endsWith('(unconfined)');
}

/** A profile that lets this Node make user namespaces, and changes nothing else for it: Ubuntu's own are of this form (apparmor.d(5)). */
export function profileText(node: string): string {
  const path = node.replace(/[\\"*?[\]{}^,]/g, character => `\\${character}`);
  return [
    'abi <abi/4.0>,',
    'include <tunables/global>',
    `profile nix-build-shell "${path}" flags=(unconfined) {`,
    '  userns,',
    '  include if exists <local/nix-build-shell>',
    '}',
  ].join('\n');
}

/** Writes the profile and loads it. No here-document: it would not survive being indented. */
export function profileCommand(node: string): string {
  const lines = profileText(node)
    .split('\n')
    .map(line => `'${line.replaceAll("'", "'\\''")}'`);
  return `printf '%s\\n' \\\n  ${lines.join(' \\\n  ')} |\n  sudo tee ${shellWord(PROFILE)}\nsudo apparmor_parser -r ${shellWord(PROFILE)}`;
}

/** SELinux: class `user_namespace` (Linux 6.1 and later) refuses the clone with EACCES, others the mounts. */
export function seLinux(machine: Machine, probes: Probes): Answer {
  const asked = {
    id: 'security.selinux',
    title: 'SELinux',
    source: '/sys/fs/selinux/enforce, /proc/self/attr/current',
  } as const;
  const enforcing = numberOf(machine, '/sys/fs/selinux/enforce');
  if (enforcing === null) return fine(asked, 'not here');
  const label = textOf(machine, '/proc/self/attr/current')?.replace(/\0+$/, '') ?? 'an unknown context';
  const known = isThere(machine, '/sys/fs/selinux/class/user_namespace');
  const found = `${enforcing === 0 ? 'permissive' : 'enforcing'}, ${known ? 'with' : 'without'} rules for user namespaces; this Node is ${label}`;
  const refused = refusedAt(probes, ['namespaces', 'launch', ...PRIVILEGED_STEPS, 'proc', 'devpts'], ['EACCES']);
  if (enforcing === 0 || !refused) return fine(asked, found);
  return amiss(
    asked,
    blamed(true),
    found,
    'it refuses what a sandbox needs',
    'sudo ausearch -m avc -ts recent --raw | audit2allow -M nix-build-shell\nsudo semodule -i nix-build-shell.pp',
  );
}
