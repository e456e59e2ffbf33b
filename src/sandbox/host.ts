/** The host's facts that a plan depends on; gathered first and passed in, so that `plan()` is pure. */
import type { HostPath } from '../base/path.ts';

export interface HostFacts {
  readonly version: 1;
  readonly uid: number;
  readonly gid: number;
  readonly architecture: 'x86_64' | 'aarch64';
  /** `uname -r`. */
  readonly kernel: string;
  /** The device nodes of `/dev` that exist here, out of those that the sandbox wants. */
  readonly devices: readonly string[];
  /** Whether `/dev/kvm` is there (S14). */
  readonly kvm: boolean;
  /** The caller's soft and hard limit of open files; Node raises its own. Null where it is unknown. */
  readonly openFiles: { readonly soft: number; readonly hard: number } | null;
  /** The directory that holds `store`, on the host: `/nix`, or `ROOT/nix` for `--store ROOT`. */
  readonly nixRoot: HostPath;
  /** An interactive bash for the prompt, where one was looked for; null where there is none. */
  readonly promptShell: PromptShell | null;
}

/** A bash with line editing: what to bind, and how to call it inside. */
export interface PromptShell {
  /** Where it was found, on the host. */
  readonly from: HostPath;
  /** What must be bound for it to run: a store's bash needs nothing. */
  readonly binds: readonly { readonly from: HostPath; readonly to: string }[];
  /** The words that start it, inside; more arguments follow. */
  readonly command: readonly string[];
}
