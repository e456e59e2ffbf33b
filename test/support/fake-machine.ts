/** A machine made of files, for doctor's questions: what a kernel or a distribution would show under /proc, /sys and /etc. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Machine } from '../../src/sandbox/doctor/machine.ts';
import type { Probes, Refused } from '../../src/sandbox/doctor/probe.ts';
import { scratchDirectory } from './scratch.ts';

/** A machine that has only the given files; `null` is a directory. */
export function fakeMachine(files: Readonly<Record<string, string | null>>, over: Partial<Machine> = {}): Machine {
  const root = scratchDirectory('machine');
  for (const [path, content] of Object.entries(files)) {
    const at = join(root, path);
    mkdirSync(content === null ? at : dirname(at), { recursive: true });
    if (content !== null) writeFileSync(at, content);
  }
  const machine: Machine = {
    root,
    uid: 1000,
    gid: 1000,
    user: 'ada',
    node: '/usr/bin/node',
    kernel: '6.12.1',
    path: ['/usr/bin'],
  };
  return { ...machine, ...over };
}

/** A machine on which everything works. */
export const ALL_WORKS: Probes = {
  trial: null,
  refusedNamespaces: [],
  overlay: null,
  impossibleClone: 'EINVAL',
  missingCalls: [],
  codePage: { memfd: null, anonymous: null },
};

/** A machine whose trial was refused at the given step. */
export function refused(step: Refused['step'], errno: string, over: Partial<Probes> = {}): Probes {
  const trial: Refused = { step, errno, say: `the step ${step}`, call: `call_of_${step}()` };
  return { ...ALL_WORKS, trial, overlay: trial, ...over };
}
