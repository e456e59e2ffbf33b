/** The plan's types: typed operations with their reasons. All plain JSON data. */
import type { Call } from '../base/call.ts';
import { type HostPath, type InnerPath, innerPath } from '../base/path.ts';
import type { StoreEntry } from '../nix/store-entries.ts';
import type { FilterRule } from './bpf.ts';
import type { GroupName } from './groups.ts';
import type { LayerPlace } from './store-view.ts';
import type { RootOverlay } from './working-copy.ts';

/** The namespaces that a sandbox may have of its own (namespaces(7)). */
export type Namespace = 'user' | 'mount' | 'pid' | 'ipc' | 'uts' | 'net';

/** One operation. Its sentence and its system calls stand together, in the table that `op.ts` has it from. */
export type Op =
  | { readonly kind: 'namespaces'; readonly of: readonly Namespace[] }
  | { readonly kind: 'join'; readonly of: readonly Namespace[] }
  | { readonly kind: 'dropGroups' }
  | { readonly kind: 'dieWithLauncher' }
  | { readonly kind: 'defaultSignals' }
  | { readonly kind: 'closeDescriptors' }
  | { readonly kind: 'ownSession' }
  | { readonly kind: 'mapIds'; readonly uid: IdMap; readonly gid: IdMap }
  | { readonly kind: 'noCgroupNamespaces' }
  | { readonly kind: 'loopbackUp' }
  | { readonly kind: 'hostName'; readonly name: string; readonly domain: string }
  | { readonly kind: 'privateMounts' }
  | { readonly kind: 'umask'; readonly mask: number }
  | { readonly kind: 'tmpfs'; readonly at: InnerPath; readonly mode: number }
  | { readonly kind: 'directory'; readonly at: InnerPath; readonly mode: number; readonly mayExist?: true }
  | {
      readonly kind: 'bind';
      readonly from: HostPath;
      readonly to: InnerPath;
      readonly type: 'directory' | 'file';
      readonly readOnly: boolean;
    }
  | {
      readonly kind: 'storePaths';
      readonly from: HostPath;
      readonly at: InnerPath;
      readonly entries: readonly StoreEntry[];
    }
  | { readonly kind: 'closeStorePaths'; readonly at: InnerPath }
  | {
      readonly kind: 'storeLayer';
      readonly place: LayerPlace;
      /** Holds `store` and `store-work`, and the root. */
      readonly session: HostPath;
      /** Whether copies of outputs are in `store`. */
      readonly copies: boolean;
      /** Names that the layer hides. */
      readonly hidden: readonly string[];
      /** The host's store is there already, for reading only: it is the lower layer. */
      readonly at: InnerPath;
    }
  | { readonly kind: 'device'; readonly from: HostPath; readonly to: InnerPath; readonly readOnly: boolean }
  | { readonly kind: 'devpts'; readonly at: InnerPath }
  | {
      readonly kind: 'bindInner';
      readonly from: InnerPath;
      readonly to: InnerPath;
      /** Without it, a file. */
      readonly type?: 'directory';
    }
  | {
      readonly kind: 'overlay';
      readonly lower: HostPath;
      /** Holds `build` (the layer of changes), `work`, and the root. */
      readonly session: HostPath;
      /** Mounted by root already; null: mounted here. */
      readonly byRoot: RootOverlay | null;
      readonly at: InnerPath;
    }
  | { readonly kind: 'proc'; readonly at: InnerPath; readonly readOnly: boolean }
  | { readonly kind: 'link'; readonly at: InnerPath; readonly target: string }
  | { readonly kind: 'file'; readonly at: InnerPath; readonly mode: number; readonly content: string }
  | { readonly kind: 'mode'; readonly at: InnerPath; readonly mode: number }
  | { readonly kind: 'mask'; readonly at: InnerPath }
  | { readonly kind: 'enterRoot' }
  | { readonly kind: 'workingDirectory'; readonly at: InnerPath; readonly mayBeGone?: true }
  | {
      readonly kind: 'limit';
      readonly resource: 'RLIMIT_CORE' | 'RLIMIT_NOFILE';
      readonly soft: number | 'unlimited';
      readonly hard: number | 'unlimited';
    }
  | { readonly kind: 'personality'; readonly flags: readonly ('PER_LINUX32' | 'ADDR_NO_RANDOMIZE')[] }
  | { readonly kind: 'noNewPrivileges' }
  | { readonly kind: 'scopeSockets' }
  | { readonly kind: 'ownKeyRing' }
  | { readonly kind: 'filter'; readonly architecture: 'x86_64' | 'aarch64'; readonly rules: readonly FilterRule[] }
  | { readonly kind: 'noCapabilities' }
  | { readonly kind: 'standardStreams' }
  | { readonly kind: 'init' }
  | { readonly kind: 'waiter' }
  | {
      readonly kind: 'execute';
      readonly program: InnerPath;
      readonly argv: readonly string[];
      readonly environment: readonly string[];
    };

/** One line of an id map: `inner` is seen inside, `outer` is the caller's own id (user_namespaces(7)). */
export interface IdMap {
  readonly inner: number;
  readonly outer: number;
}

/** The operation of one kind. */
export type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

/** What an operation is, side by side: its words and its system calls. */
export interface Meaning<O> {
  /** The operation in words: one line, without its reason. */
  say(op: O): string;
  /** Its system calls; `root` is where the sandbox's root is mounted. */
  calls(op: O, root: string): readonly Call[];
}

/** The meaning of each of these kinds. */
export type Meanings<K extends Op['kind']> = { readonly [P in K]: Meaning<OpOf<P>> };

/** What a step mirrors: a Nix function (docs/upstream.md lists the version), or a statement of the specification. */
export interface Like {
  readonly nix?: string;
  readonly spec?: string;
}

export interface Step {
  readonly op: Op;
  /** Why the step is there: one sentence. */
  readonly why: string;
  readonly like: Like;
  /** The name by which it can be left out; absent: it cannot. */
  readonly group?: GroupName;
}

/** Something that real Nix does and this sandbox does not, or does otherwise. */
export interface Omission {
  readonly what: string;
  readonly why: string;
  /** The Nix function that does it. */
  readonly nix: string;
}

export interface SandboxPlan {
  readonly version: 1;
  /** Where the sandbox's root is mounted, on the host, in the private mount namespace. */
  readonly root: HostPath;
  readonly steps: readonly Step[];
  /** What the user switched off: `--without NAME`. */
  readonly without: readonly GroupName[];
  readonly omitted: readonly Omission[];
}

/** A step of the plan. */
export function step(op: Op, why: string, like: Step['like'] = {}): Step {
  return { op, why, like };
}

/** The step, as one of a group that can be left out. */
export function inGroup(group: GroupName, { op, why, like }: Step): Step {
  return { op, why, like, group };
}

/** Makes a directory and those above it that are not there yet. `made` is what exists already. */
export function directories(path: InnerPath, made: ReadonlySet<string>, mode = 0o755): readonly OpOf<'directory'>[] {
  const names = path.split('/').slice(1);
  const paths = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
  return paths.filter(at => !made.has(at)).map(at => ({ kind: 'directory', at: innerPath(at), mode, mayExist: true }));
}
