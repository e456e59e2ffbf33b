/** How `/build` comes to be: the rungs of the ladder (docs/decisions/0032-the-working-copy-is-a-ladder.md). Plain data. */
import type { HostPath } from '../base/path.ts';

/** The best one first. */
export const RUNGS = ['overlay', 'reflink', 'copy'] as const;

/**
 * `overlay`: the kept directory itself, read-only, under a layer that takes the changes; `reflink`: a copy whose files share their blocks
 * with the kept ones; `copy`: a copy.
 */
export type Rung = (typeof RUNGS)[number];

/** A rung that was passed over. */
export interface NotTaken {
  readonly rung: Rung;
  readonly why: string;
}

/** An overlay: its layer of changes is the session's `build`, beside its `work` (overlayfs in Documentation/filesystems of Linux). */
export interface OverlayCopy {
  readonly rung: 'overlay';
  /** The kept directory's content. */
  readonly lower: HostPath;
  /** The session's directory. */
  readonly session: HostPath;
  /**
   * How many entries of the kept directory were looked at before the start, whether these were all, and the first directory that is the caller's
   * and yet closed to him.
   */
  readonly looked: { readonly entries: number; readonly whole: boolean; readonly unread: string | null };
  /** How many names are in the layer beforehand: of files with several, which an overlay in the sandbox would separate. */
  readonly placed: number;
  /** Mounted by root before the sandbox is made; null: inside, as an ordinary user can. */
  readonly byRoot: RootOverlay | null;
  readonly notTaken: readonly NotTaken[];
}

/** What root's overlay can do more (docs/decisions/0065-root-mounts-the-overlay.md). */
export interface RootOverlay {
  /** Whose files are shown as the caller's: an id-mapped mount (mount_setattr(2)), where that is somebody else. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Whether the caller is somebody else. */
  readonly mapped: boolean;
  /** Whether a file with several names stays one (`index=on`). */
  readonly links: boolean;
}

/** A copy of all that the caller may read. `privileged` was read by root, who was asked for. */
export interface WholeCopy {
  readonly rung: 'reflink' | 'copy' | 'privileged';
  readonly notTaken: readonly NotTaken[];
}

export type WorkingCopy = OverlayCopy | WholeCopy;
