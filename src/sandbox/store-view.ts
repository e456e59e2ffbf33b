/** What a sandbox shows of the store: the build's own inputs, or all of it. Plain data; the launcher finds it out. */
import type { HostPath } from '../base/path.ts';
import type { LostInput } from '../nix/input-closure.ts';
import type { StoreEntry } from '../nix/store-entries.ts';

/** Store paths beyond the build's inputs, with the reason for which they are there. */
export interface MorePaths {
  readonly why: string;
  readonly entries: readonly StoreEntry[];
}

export interface ClosureView {
  readonly kind: 'closure';
  /** The derivation's path. */
  readonly derivation: string;
  /** The store on the host. */
  readonly from: HostPath;
  /** The input closure. */
  readonly inputs: readonly StoreEntry[];
  readonly more: readonly MorePaths[];
  /** Inputs that the store does not have any more. */
  readonly missing: readonly LostInput[];
  /** The outputs, by their base names: what the build may write. */
  readonly outputs: readonly string[];
  /** Those of the outputs that a failed build left on the host. */
  readonly unfinished: readonly string[];
  /** A directory of the session that is the store inside, and holds copies of the outputs that Nix left unfinished; null where there are none. */
  readonly directory: HostPath | null;
}

/** Where a layer lies: in the session's directory, or in a tmpfs of the sandbox's own. */
export type LayerPlace = 'session' | 'memory';

/** The layer above the whole store that takes what is written to it (docs/decisions/0085-the-whole-store-has-a-layer.md). */
export interface StoreLayer {
  readonly place: LayerPlace;
  /** Why it does not lie in the session; null where it does. */
  readonly why: string | null;
  /** The session's directory: its `store` is the layer, or what lies beneath one in memory; beside `store-work`. */
  readonly session: HostPath;
  /** The store on the host. */
  readonly from: HostPath;
  /** How many outputs the build is known to have; 0: they are not known. */
  readonly outputs: number;
  /** Outputs that a failed build left on the host, by their base names: copies of them are in `store`. */
  readonly unfinished: readonly string[];
  /** Outputs that the store has, finished, and the build did not see. */
  readonly hidden: readonly string[];
}

export interface WholeView {
  readonly kind: 'whole';
  /** One clause: `you asked for it: --whole-store`. */
  readonly why: string;
  /** A string says why there is none: the store cannot be written then. */
  readonly layer: StoreLayer | string;
}

export type StoreView = ClosureView | WholeView;
