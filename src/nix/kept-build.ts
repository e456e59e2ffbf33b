/** What a kept build directory is: the facts, as plain data. `recognise.ts` finds them. */
import type { HostPath } from '../base/path.ts';

/** Which package manager left the directory. */
export type BuildSystem = 'nix' | 'lix' | 'guix';

/** Where the content (what was `/build`) lies under the kept directory (nix-sandbox.md, section 1.1). */
export type Layout = 'flat' | 'build' | 'b' | 'top';

/** Whether the caller can open a file for reading. */
export type Access = 'readable' | 'denied' | 'missing';

/** Where a fact was learnt: said in every output, as a guess is not a fact. */
export type NameSource = 'path' | 'env-vars' | 'attrs' | 'derivation';

export interface KeptBuild {
  readonly version: 1;
  /** What the user typed. */
  readonly given: string;
  /** The directory that Nix named, canonical: `/tmp/nix-build-hello.drv-0`. */
  readonly outer: HostPath;
  /** The directory that was `/build`: `outer`, or `build`, `b`, `top` in it. */
  readonly content: HostPath;
  readonly layout: Layout;
  readonly system: BuildSystem;
  /** The derivation's name (`hello-2.12.1`) without `.drv`; null where nothing tells it. */
  readonly name: { readonly value: string; readonly source: NameSource } | null;
  /** The version within the name (`2.12.1`), as nix(1) splits names (`DrvName`); null where there is none. */
  readonly packageVersion: string | null;
  /** The content directory's owner; `user` is the name in /etc/passwd, null where there is none. */
  readonly owner: { readonly uid: number; readonly gid: number; readonly user: string | null };
  /** When the directory was kept: the content directory's ctime, milliseconds since 1970. */
  readonly keptAtMs: number;
  /** The environment file (`env-vars`, Guix: `environment-variables`); null where there is none, or none can be seen. */
  readonly envFile: {
    readonly path: HostPath;
    readonly access: Access;
    readonly sizeBytes: number;
    readonly modifiedAtMs: number;
  } | null;
  /** `.attrs.json` and `.attrs.sh`: a derivation with structured attributes. */
  readonly structuredAttrs: boolean;
  /** `NIX_BUILD_TOP`, an absolute path of the build's own view; null where it is unknown. */
  readonly buildTop: string | null;
  /** False where `buildTop` is a host path, or the layout tells it: the build ran without a sandbox; null where that is unknown. */
  readonly sandboxed: boolean | null;
  /** Whether the caller can list the outer and the content directory. */
  readonly access: Access;
  /** What looks odd about the directory, each one sentence. */
  readonly problems: readonly string[];
}
