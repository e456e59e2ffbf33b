/** What the UI asks the program to do: the functions that the command line calls. `cli/` gives them; tests give others. */
import type { Result } from '../base/failure.ts';
import type { EnvVars } from '../nix/env-vars.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import type { LogIndex } from '../nix/log/log-index.ts';
import type { SandboxPlan } from '../sandbox/step.ts';
import type { Facts } from './facts.ts';
import type { Choices } from './state.ts';

/** What `show` and `env` know of a build. */
export interface Details {
  readonly build: KeptBuild;
  readonly env: EnvVars;
  readonly derivation: string | null;
  readonly derivationFoundBy: string | null;
  readonly builder: string | null;
  readonly shell: string | null;
  readonly notes: readonly string[];
  /** Store paths that stand in its lists and are not there. */
  readonly missing: ReadonlySet<string>;
}

/** A log that is open, and how it was found. */
export interface OpenLog {
  readonly index: LogIndex;
  readonly foundBy: string;
}

/** What runs in the pane or on the terminal. */
export interface ShellCommand {
  /** The program and its arguments, as it is started. */
  readonly argv: readonly string[];
  /** As a person would type it. */
  readonly shown: string;
}

export interface Core {
  /** `list`: the kept builds, newest first. */
  list(): Promise<readonly KeptBuild[]>;
  /** The directories that are looked into. */
  places(): readonly string[];
  /** Looks into one more directory from now on. @returns its path, or why it cannot be looked into */
  addPlace(directory: string): Result<string>;
  /** Says when directories come or go, until it is stopped. @returns the stop */
  watch(changed: () => void): () => void;
  /** Size, failing phase and last error line; told as they become known. */
  gather(build: KeptBuild, known: (facts: Partial<Facts>) => void, signal: AbortSignal): Promise<void>;
  /** `show` and `env`. */
  load(build: KeptBuild): Promise<Result<Details>>;
  /** `plan` with these options. */
  plan(build: KeptBuild, choices: Choices): Promise<Result<SandboxPlan>>;
  /** What was typed for `--bind`, as it works from every directory. */
  bind(word: string): Result<string>;
  /** `log`: the log of a build, open. */
  log(build: KeptBuild): Promise<Result<OpenLog>>;
  /** Removes a kept directory, if it is still the one that was shown. */
  remove(build: KeptBuild): Promise<Result<null>>;
  /** The command of a shell in this build's sandbox. */
  shell(build: KeptBuild, choices: Choices): ShellCommand;
  /** The command of one more shell in the sandbox that this process runs. */
  enter(launcher: number): ShellCommand;
  /** Runs it on the real terminal, which the caller has left. @returns its exit status */
  runOnTerminal(command: ShellCommand): Promise<number>;
  /** Gives text to the tmux that we run in, for its own buffers and the terminal's clipboard. @returns false where there is none */
  copyToTmux(text: string): Promise<boolean>;
  /** Writes text for the clipboard to a file, where the terminal does not take it. @returns its path */
  saveCopy(text: string): Result<string>;
  /** The environment of the programs in the pane. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
