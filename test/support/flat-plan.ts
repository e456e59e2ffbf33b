/** The plan of a flat fixture (flat.ts). */
import { hostPath } from '../../src/base/path.ts';
import { gatherHostFacts } from '../../src/sandbox/host.ts';
import { plan } from '../../src/sandbox/plan.ts';
import type { PlanOptions } from '../../src/sandbox/plan-input.ts';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { envVars, keptBuild, planInput, planOptions } from './plan-input.ts';

/** The plan for a command in it, with the facts of this machine and this process. */
export function flatPlan(base: string, command: readonly string[], change: Partial<PlanOptions> = {}): SandboxPlan {
  return plan(
    planInput({
      build: keptBuild(),
      env: envVars(),
      session: {
        build: hostPath(`${base}/build`),
        root: hostPath(`${base}/root`),
        copy: { rung: 'copy', notTaken: [] },
      },
      options: planOptions({ command, ...change }),
      facts: gatherHostFacts({
        storeRoot: `${base}/store`,
        storeTop: '/nix',
        network: false,
        openFilesSoft: process.env['NBS_NOFILE'],
      }),
    }),
  );
}
