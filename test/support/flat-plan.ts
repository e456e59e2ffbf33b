/** The plan of a flat fixture (flat.ts). */
import { type HostPath, hostPath } from '../../src/base/path.ts';
import type { StoreEntry } from '../../src/nix/store-entries.ts';
import { gatherHostFacts } from '../../src/sandbox/host.ts';
import { plan } from '../../src/sandbox/plan.ts';
import type { PlanOptions } from '../../src/sandbox/plan-input.ts';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import type { StoreView } from '../../src/sandbox/store-view.ts';
import { envVars, keptBuild, planInput, planOptions } from './plan-input.ts';

export interface FlatChange {
  /** The build called its directory so. */
  readonly buildTop?: string;
  /** `build/` under an overlay, whose layers and root are in this directory. */
  readonly overlayIn?: string;
  /** That overlay is root's. */
  readonly byRoot?: boolean;
  /** These paths of the store instead of all of it. */
  readonly storeEntries?: readonly StoreEntry[];
}

/** The plan for a command in it, with the facts of this machine and this process. */
export function flatPlan(
  base: string,
  command: readonly string[],
  change: Partial<PlanOptions> = {},
  { buildTop, overlayIn, byRoot = false, storeEntries }: FlatChange = {},
): SandboxPlan {
  const lower = hostPath(`${base}/build`);
  const looked = { entries: 2, whole: true };
  const rootOverlay = byRoot ? { owner: { uid: 12_345, gid: 12_346 }, mapped: true, links: true } : null;
  return plan(
    planInput({
      build: keptBuild(buildTop === undefined ? {} : { buildTop, sandboxed: false }),
      env: envVars(),
      session: {
        build: lower,
        root: hostPath(`${overlayIn ?? base}/root`),
        copy:
          overlayIn === undefined
            ? { rung: 'copy', notTaken: [] }
            : {
                rung: 'overlay',
                lower,
                session: hostPath(overlayIn),
                looked,
                placed: 0,
                byRoot: rootOverlay,
                notTaken: [],
              },
      },
      ...(storeEntries === undefined ? {} : { store: closure(hostPath(`${base}/store/nix/store`), storeEntries) }),
      options: planOptions({ command, ...change }),
      facts: gatherHostFacts({
        storeRoot: `${base}/store`,
        storeTop: '/nix',
        network: false,
        settings: null,
        openFilesSoft: process.env['NBS_NOFILE'],
      }),
    }),
  );
}

function closure(from: HostPath, inputs: readonly StoreEntry[]): StoreView {
  const derivation = '/nix/store/11111111111111111111111111111111-flat.drv';
  return {
    kind: 'closure',
    derivation,
    from,
    inputs,
    more: [],
    missing: [],
    outputs: [],
    unfinished: [],
    directory: null,
  };
}
