/** The steps of a sandbox with nothing in it: those of a real plan (plan.ts) that a machine may refuse, in the same order. */
import { type HostPath, hostPath, innerPath } from '../../base/path.ts';
import { type Op, type SandboxPlan, step } from '../step.ts';

export interface TrialInput {
  readonly uid: number;
  readonly gid: number;
  /** A directory that the trial's root is mounted on; it is hidden in the trial's own mount namespace only. */
  readonly place: HostPath;
  /** What is bound read-only: the directory of the store, or another that is there. */
  readonly tree: HostPath;
  /** The device nodes of `/dev` that are there, by name. */
  readonly devices: readonly string[];
}

/** No program has this name: that it is looked for is the end of a trial that went well. */
export const NO_PROGRAM = innerPath('/nix-build-shell-trial');

/** The plan of the trial. */
export function trialPlan({ uid, gid, place, tree, devices }: TrialInput): SandboxPlan {
  const directory = (at: string): Op => ({ kind: 'directory', at: innerPath(at), mode: 0o755 });
  const ops: readonly Op[] = [
    { kind: 'namespaces', of: ['user', 'mount', 'pid', 'ipc', 'uts', 'net'] },
    { kind: 'dieWithLauncher' },
    { kind: 'closeDescriptors' },
    { kind: 'mapIds', uid: { inner: 1000, outer: uid }, gid: { inner: 100, outer: gid } },
    { kind: 'loopbackUp' },
    { kind: 'hostName', name: 'localhost', domain: '(none)' },
    { kind: 'privateMounts' },
    { kind: 'umask', mask: 0 },
    { kind: 'tmpfs', at: innerPath('/'), mode: 0o755 },
    ...['/nix', '/dev', '/dev/pts', '/proc'].map(directory),
    { kind: 'bind', from: tree, to: innerPath('/nix'), type: 'directory', readOnly: true },
    ...devices.map(
      (name): Op => ({
        kind: 'device',
        from: hostPath(`/dev/${name}`),
        to: innerPath(`/dev/${name}`),
        readOnly: false,
      }),
    ),
    { kind: 'devpts', at: innerPath('/dev/pts') },
    { kind: 'bindInner', from: innerPath('/dev/pts/ptmx'), to: innerPath('/dev/ptmx') },
    { kind: 'proc', at: innerPath('/proc'), readOnly: false },
    { kind: 'enterRoot' },
    { kind: 'noNewPrivileges' },
    { kind: 'init' },
    { kind: 'execute', program: NO_PROGRAM, argv: [NO_PROGRAM], environment: [] },
  ];
  return { version: 1, root: place, steps: ops.map(op => step(op, 'tried')), without: [], omitted: [] };
}
