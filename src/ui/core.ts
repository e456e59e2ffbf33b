/** What the UI asks the program to do: the functions that the command line calls. `cli/` gives them; tests give others. */
import type { Result } from '../base/failure.ts';
import type { EnvVars } from '../nix/env-vars.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import type { SandboxPlan } from '../sandbox/step.ts';
import type { Choices, Facts } from './state.ts';

/** What `show` and `env` know of a build. */
export interface Details {
  readonly build: KeptBuild;
  readonly env: EnvVars;
  readonly derivation: string | null;
  readonly derivationFoundBy: string | null;
  readonly builder: string | null;
  readonly shell: string;
  readonly notes: readonly string[];
}

/** A log that is open: only what is asked for is read. */
export interface LogView {
  readonly path: string;
  readonly lines: number;
  readonly phases: readonly { readonly name: string; readonly line: number }[];
  /** 0-based line numbers of error lines. */
  readonly errors: readonly number[];
  /** The text of lines, without their ends; 0-based. */
  read(from: number, count: number): readonly string[];
  /** The next line that holds the text (ignoring case), or null. */
  find(text: string, from: number, direction: 1 | -1): number | null;
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
  /** Looks into one more directory from now on. */
  addPlace(directory: string): void;
  /** Says when directories come or go, until it is stopped. @returns the stop */
  watch(changed: () => void): () => void;
  /** Size, failing phase and last error line; told as they become known. */
  gather(build: KeptBuild, known: (facts: Partial<Facts>) => void, signal: AbortSignal): Promise<void>;
  /** `show` and `env`. */
  load(build: KeptBuild): Promise<Result<Details>>;
  /** `plan` with these options. */
  plan(build: KeptBuild, choices: Choices): Promise<Result<SandboxPlan>>;
  /** `log`. */
  log(build: KeptBuild): Promise<Result<LogView>>;
  /** Removes a kept directory, if it is still the one that was shown. */
  remove(build: KeptBuild): Promise<Result<null>>;
  /** The command of a shell in this build's sandbox. */
  shell(build: KeptBuild, choices: Choices): ShellCommand;
  /** Runs it on the real terminal, which the caller has left. @returns its exit status */
  runOnTerminal(command: ShellCommand): Promise<number>;
  /** The line that one would type for a subcommand: `nix-build-shell plan DIR`. */
  line(words: readonly string[], build: KeptBuild, choices: Choices): string;
  /** Writes text for the clipboard to a file, where the terminal does not take it. @returns its path */
  saveCopy(text: string): Result<string>;
  /** The environment of the programs in the pane. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
