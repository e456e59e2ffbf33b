/** What the list tells of a build, beyond what its place and name tell. */

/** What is learnt of a build after the first frame. Null: not known (yet): shown as `–`, never guessed. */
export interface Facts {
  readonly name: string | null;
  readonly version: string | null;
  readonly sizeBytes: number | null;
  readonly files: number | null;
  /** A directory in it cannot be listed: size and files are those of the rest. */
  readonly partly: boolean;
  readonly phase: string | null;
  readonly lastError: string | null;
  /** Whether all of the above was looked for. */
  readonly done: boolean;
}

export const NO_FACTS: Facts = {
  name: null,
  version: null,
  sizeBytes: null,
  files: null,
  partly: false,
  phase: null,
  lastError: null,
  done: false,
};
