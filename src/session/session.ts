/** A session: the working copy of one kept directory, and where it lies on the host. */
import type { HostPath } from '../base/path.ts';
import type { WorkingCopy } from '../sandbox/working-copy.ts';

/** Something that could not be carried into the working copy, and why. */
export interface Skipped {
  /** The path relative to the kept directory's content; bytes in a string (base/path.ts). */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'device' | 'link' | 'fifo' | 'socket' | 'other';
  /** `EACCES`, `EPERM`, …; the errno's name. */
  readonly errno: string;
}

export interface CopyReport {
  readonly files: number;
  readonly directories: number;
  readonly others: number;
  readonly bytes: number;
  /** How many entries were skipped. */
  readonly skippedCount: number;
  /** The first 1,000 of them. */
  readonly skipped: readonly Skipped[];
  /** The first entry that changed while it was copied; null where none did, as far as could be seen. */
  readonly changed: string | null;
}

export interface Session {
  readonly version: 1;
  /** `<sessions>/<id>`, mode 0700, the caller's. */
  readonly directory: HostPath;
  /** The working copy: `<directory>/build`; on the overlay only what was changed or made is there. */
  readonly build: HostPath;
  /** An empty directory on which the sandbox's root is mounted: `<directory>/root`. */
  readonly root: HostPath;
  /** What Nix left of the outputs, copied, and what is written to the store: `<directory>/store`; made only where there is something. */
  readonly store: HostPath;
  readonly report: CopyReport;
  readonly copy: WorkingCopy;
}
