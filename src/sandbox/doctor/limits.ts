/** The kernel's own switches and limits of namespaces: namespaces(7), user_namespaces(7), clone(2). */
import type { Namespace } from '../step.ts';
import { type Answer, amiss, fine } from './answer.ts';
import { blamed, refusedAt, sysctlCommand } from './blame.ts';
import { isThere, type Machine, numberOf, textOf } from './machine.ts';
import type { Probes } from './probe.ts';

/** Per namespace: its file in /proc/self/ns, and the word in `user.max_WORD_namespaces`. */
const SHORT: Readonly<Record<Namespace, string>> = {
  user: 'user',
  mount: 'mnt',
  pid: 'pid',
  ipc: 'ipc',
  uts: 'uts',
  net: 'net',
};
const ALL = Object.keys(SHORT) as readonly Namespace[];
/** What the commands set: as RHEL's documentation does. */
const ENOUGH = 15_000;
const NO_SANDBOX = 'no sandbox can be made';

/** Whether the kernel was built with every namespace. */
export function kernelSupport(machine: Machine): Answer {
  const asked = { id: 'sandbox.kernel', title: 'namespaces in the kernel', source: '/proc/self/ns' } as const;
  if (!isThere(machine, '/proc/self/ns'))
    return amiss(
      asked,
      'unknown',
      'there is no /proc/self/ns',
      'most of what follows cannot be found out without /proc',
    );
  const lacking = ALL.filter(name => !isThere(machine, `/proc/self/ns/${SHORT[name]}`));
  if (lacking.length === 0) return fine(asked, ALL.join(', '));
  const wsl = /^4\.4\.\d+-\d+-Microsoft$/.test(machine.kernel);
  return amiss(
    asked,
    'broken',
    `${wsl ? 'WSL 1, which is no Linux kernel,' : 'the kernel'} has no ${lacking.join(', ')} namespaces`,
    NO_SANDBOX,
    wsl ? 'wsl.exe --set-version "$WSL_DISTRO_NAME" 2' : null,
  );
}

/** `user.max_*_namespaces`: 0 forbids; each user's count in every user namespace above counts (namespaces(7)). */
export function namespaceLimits(machine: Machine, probes: Probes): Answer {
  const asked = {
    id: 'sandbox.limits',
    title: 'limits of namespaces',
    source: '/proc/sys/user/max_*_namespaces',
  } as const;
  const limits = ALL.flatMap(name => {
    const value = numberOf(machine, `/proc/sys/user/max_${SHORT[name]}_namespaces`);
    return value === null ? [] : [{ name: `user.max_${SHORT[name]}_namespaces`, value }];
  });
  if (limits.length === 0) return amiss(asked, 'unknown', 'they cannot be read', null);
  const low = limits.filter(({ value }) => value < 4);
  const reached = refusedAt(probes, ['namespaces'], ['ENOSPC']);
  if (low.length > 0)
    return amiss(
      asked,
      blamed(reached),
      low.map(({ name, value }) => `${name} is ${value}`).join(', '),
      reached ? `${NO_SANDBOX}: clone(2) gives ENOSPC` : `${NO_SANDBOX} where the limit holds`,
      low.map(({ name }) => sysctlCommand(name, ENOUGH)).join('\n'),
    );
  const least = limits.reduce((a, b) => (b.value < a.value ? b : a));
  if (reached)
    return amiss(
      asked,
      'broken',
      `the least of them here is ${least.name} = ${least.value}, and clone(2) gives ENOSPC all the same`,
      `${NO_SANDBOX}: the limit is reached, or that of a user namespace around this one is`,
      sysctlCommand('user.max_user_namespaces', 100_000),
    );
  if (refusedAt(probes, ['namespaces'], ['EUSERS']))
    return amiss(asked, 'broken', 'user namespaces are nested 33 deep here', `${NO_SANDBOX}: clone(2) gives EUSERS`);
  return fine(asked, `the least is ${least.name} = ${least.value}`);
}

/** `kernel.unprivileged_userns_clone`: a patch of Debian's (its default was 0 up to 10), also in linux-hardened kernels. */
export function debianSwitch(machine: Machine, probes: Probes): Answer {
  return userSwitch(machine, probes, {
    id: 'sandbox.unprivileged',
    title: 'user namespaces for ordinary users',
    name: 'kernel.unprivileged_userns_clone',
    forbids: 0,
    allows: 1,
  });
}

/** `kernel.userns_restrict`: ALT Linux' switch of the same kind. */
export function altSwitch(machine: Machine, probes: Probes): Answer | null {
  if (textOf(machine, '/proc/sys/kernel/userns_restrict') === null) return null;
  return userSwitch(machine, probes, {
    id: 'sandbox.restricted',
    title: 'user namespaces for ordinary users (ALT)',
    name: 'kernel.userns_restrict',
    forbids: 1,
    allows: 0,
  });
}

interface Switch {
  readonly id: Answer['id'];
  readonly title: string;
  readonly name: string;
  readonly forbids: number;
  readonly allows: number;
}

function userSwitch(machine: Machine, probes: Probes, { id, title, name, forbids, allows }: Switch): Answer {
  const source = `/proc/sys/${name.replaceAll('.', '/')}`;
  const asked = { id, title, source };
  const value = numberOf(machine, source);
  if (value === null) return fine(asked, `this kernel has no ${name}`);
  if (value !== forbids) return fine(asked, `${name} is ${value}`);
  const explains = refusedAt(probes, ['namespaces'], ['EPERM', 'EACCES']);
  return amiss(
    asked,
    blamed(explains),
    `${name} is ${value}`,
    explains ? `${NO_SANDBOX} without root: clone(2) gives EPERM` : `${NO_SANDBOX} by ordinary users`,
    sysctlCommand(name, allows),
  );
}
