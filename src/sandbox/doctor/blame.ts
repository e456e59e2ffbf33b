/** Which of the things that can forbid a sandbox did: the trial's refused step against what a question found. */
import type { State } from './answer.ts';
import type { Probes, Refused } from './probe.ts';

/** Whether the trial was refused at one of these steps, with one of these errnos. */
export function refusedAt(
  { trial }: Pick<Probes, 'trial'>,
  steps: readonly Refused['step'][],
  errnos: readonly string[],
): boolean {
  return trial !== null && steps.includes(trial.step) && errnos.includes(trial.errno);
}

/** The steps that a security module refuses in a user namespace whose capabilities it takes away. */
export const PRIVILEGED_STEPS = [
  'mapIds',
  'loopbackUp',
  'hostName',
  'privateMounts',
  'tmpfs',
  'bind',
  'device',
] as const;

/** `broken` where it explains the refusal; a thing that could forbid a sandbox and did not is only worth a warning. */
export function blamed(explains: boolean): Extract<State, 'broken' | 'warning'> {
  return explains ? 'broken' : 'warning';
}

/** Sets a sysctl now and for every later boot. */
export function sysctlCommand(name: string, value: number): string {
  return `echo ${name}=${value} | sudo tee -a /etc/sysctl.d/90-nix-build-shell.conf\nsudo sysctl -w ${name}=${value}`;
}
