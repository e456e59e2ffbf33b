/** The first question, and the one that counts: can a sandbox be made here. It was tried. */
import { type Answer, amiss, fine } from './answer.ts';
import type { Machine } from './machine.ts';
import type { Probes } from './probe.ts';

/** What became of a sandbox with nothing in it. */
export function trialAnswer(machine: Machine, { trial, refusedNamespaces }: Probes): Answer {
  const asked = {
    id: 'sandbox.trial',
    title: 'a sandbox of this program',
    source: 'clone(2), mount(2)…: tried',
  } as const;
  const who = machine.user === null ? `uid ${machine.uid}` : machine.user;
  if (trial === null) return fine(asked, `made one as ${who}: namespaces, mounts, /dev, /proc, root`);
  const refused = refusedNamespaces.map(({ namespace, errno }) => `${namespace} ${errno}`).join(', ');
  return amiss(
    asked,
    'broken',
    `${trial.call} = ${trial.errno} (${trial.say}), as ${who}${refused === '' ? '' : `; refused alone: ${refused}`}`,
    'nothing can be run: nix-build-shell DIR fails with this error',
    trial.step === 'library' ? '# in the directory of nix-build-shell:\nnpm ci' : null,
  );
}

/** Where no answer explains the refusal: what is left to look at. Null where nothing has to be explained. */
export function unexplained(probes: Probes, answers: readonly Answer[]): Answer | null {
  const explained = answers.some(({ id, state }) => state === 'broken' && id !== 'sandbox.trial');
  if (probes.trial === null || probes.trial.step === 'library' || explained) return null;
  const { step, errno } = probes.trial;
  // A chroot to a mount point cannot be seen from within.
  const chroot = step === 'namespaces' && errno === 'EPERM' ? 'a chroot to a mount point, ' : '';
  return amiss(
    { id: 'sandbox.cause', title: 'the cause', source: 'all the answers here' },
    'unknown',
    'nothing that can be seen from here forbids it',
    `${chroot}a security module (Landlock, BPF, AppArmor, SELinux) or a filter of system calls is left; the kernel log may tell`,
    'sudo dmesg | tail',
  );
}
