/** The plan of a flat fixture (flat.ts). */
import { type HostPath, hostPath } from '../../src/base/path.ts';
import type { StoreEntry } from '../../src/nix/store-entries.ts';
import { gatherHostFacts } from '../../src/sandbox/host.ts';
import { entranceOf, entrancePlan } from '../../src/sandbox/join.ts';
import { plan } from '../../src/sandbox/plan.ts';
import type { PlanInput, PlanOptions } from '../../src/sandbox/plan-input.ts';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import type { LayerPlace, StoreView } from '../../src/sandbox/store-view.ts';
import { envVars, keptBuild, planInput, planOptions } from './plan-input.ts';

export interface FlatChange {
  /** The build called its directory so. */
  readonly buildTop?: string;
  /** `build/` under an overlay, whose layers and root are in this directory. */
  readonly overlayIn?: string;
  /** That overlay is root's. */
  readonly byRoot?: boolean;
  /** The caller's supplementary groups, if any, are dropped. */
  readonly dropGroups?: boolean;
  /** These paths of the store instead of all of it. */
  readonly storeEntries?: readonly StoreEntry[];
  /** All of the store, under a layer that is in this directory, as the root is, or in memory. */
  readonly storeLayer?: { readonly session: string; readonly place: LayerPlace };
}

/** The plan for a command in it, with the facts of this machine and this process. */
export function flatPlan(
  base: string,
  command: readonly string[],
  options: Partial<PlanOptions> = {},
  change: FlatChange = {},
): SandboxPlan {
  return plan(flatInput(base, command, options, change));
}

/** The plan of the command in the sandbox of {@link flatPlan}, while that runs. */
export function flatEntrance(base: string, command: readonly string[]): SandboxPlan {
  const input = flatInput(base, command, {}, {});
  const made = plan(input);
  return entrancePlan(entranceOf(made, input), { command }, { root: made.root, terminal: false });
}

function flatInput(
  base: string,
  command: readonly string[],
  change: Partial<PlanOptions>,
  { dropGroups = false, buildTop, overlayIn, byRoot: rooted = false, storeEntries, storeLayer }: FlatChange,
): PlanInput {
  const lower = hostPath(`${base}/build`);
  const looked = { entries: 2, whole: true, unread: null };
  const byRoot = rooted ? { owner: { uid: 12_345, gid: 12_346 }, mapped: true, links: true } : null;
  return planInput({
    build: keptBuild(buildTop === undefined ? {} : { buildTop, sandboxed: false }),
    env: envVars(),
    session: {
      build: lower,
      root: hostPath(`${overlayIn ?? storeLayer?.session ?? base}/root`),
      copy:
        overlayIn === undefined
          ? { rung: 'copy', notTaken: [] }
          : { rung: 'overlay', lower, session: hostPath(overlayIn), looked, placed: 0, byRoot, notTaken: [] },
    },
    ...(storeEntries === undefined ? {} : { store: closure(hostPath(`${base}/store/nix/store`), storeEntries) }),
    ...(storeLayer === undefined ? {} : { store: underLayer(base, storeLayer) }),
    options: planOptions({ command, ...change }),
    facts: {
      ...gatherHostFacts({
        storeRoot: `${base}/store`,
        storeTop: '/nix',
        buildTop: buildTop ?? null,
        network: false,
        settings: null,
        openFilesSoft: process.env['NBS_NOFILE'],
      }),
      terminal: false,
      ...(dropGroups ? { groups: 'dropped' } : {}),
    },
  });
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

function underLayer(base: string, { session, place }: NonNullable<FlatChange['storeLayer']>): StoreView {
  const layer = {
    place,
    why: null,
    session: hostPath(session),
    from: hostPath(`${base}/store/nix/store`),
    outputs: 1,
    unfinished: [],
    hidden: [`${'1'.repeat(32)}-flat`],
  };
  return { kind: 'whole', why: 'the derivation is not known', layer };
}
