/** What a plan is made of. */
import type { HostPath, InnerPath } from '../base/path.ts';
import type { Demands } from '../nix/demands.ts';
import type { Derivation } from '../nix/derivation.ts';
import type { EnvVars } from '../nix/env-vars.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import type { GroupName } from './groups.ts';
import type { HostFacts } from './host.ts';
import type { StoreView } from './store-view.ts';
import type { WorkingCopy } from './working-copy.ts';

/** What the user asked for. */
export interface PlanOptions {
  /** CMD and its arguments; null is an interactive shell. */
  readonly command: readonly string[] | null;
  /** `--net`: the host's network instead of a new one. */
  readonly net: boolean;
  /** `--without NAME`: groups of steps that are left out. */
  readonly without: readonly GroupName[];
  /** `--bind`, resolved: the type is the source's. */
  readonly binds: readonly { readonly from: HostPath; readonly to: InnerPath; readonly type: 'directory' | 'file' }[];
  /** S4: the build's shell; null where it has none, and the bash of the prompt starts the command. */
  readonly shell: InnerPath | null;
  /** Where CMD starts: the directory in which the failing phase began, or `/build`. */
  readonly workingDirectory: InnerPath;
}

export interface PlanInput {
  readonly build: KeptBuild;
  readonly env: EnvVars;
  readonly derivation: Derivation | null;
  readonly demands: Demands;
  /** The working copy and the empty directory for the root: of a session, or named for show by `plan`. */
  readonly session: { readonly build: HostPath; readonly root: HostPath; readonly copy: WorkingCopy };
  readonly store: StoreView;
  readonly options: PlanOptions;
  readonly facts: HostFacts;
}
