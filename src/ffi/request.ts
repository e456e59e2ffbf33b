/** What a launch is given and what becomes of it: the types that both carriers share. */
import type { Call } from '../base/call.ts';
import type { Memory } from './memory.ts';

export interface LaunchRequest {
  /** The CLONE_NEW* flags. */
  readonly cloneFlags: number;
  /** The child's calls; the last one executes init. */
  readonly calls: readonly Call[];
  /** A pidfd of process 1 of the sandbox that the child enters; absent: it makes one, and becomes its process 1. */
  readonly sandbox?: number;
  /** What init executes. */
  readonly execute: {
    readonly program: string;
    readonly argv: readonly string[];
    readonly environment: readonly string[];
  };
  /** The child has no supplementary groups: whoever may drop them says so. */
  readonly dropGroups?: true;
  /** A mount that hangs nowhere yet, made before (open_tree(2)); left out: no call wants one. */
  readonly tree?: number;
  /** Where a temporary file may be made for a program, in this order; used only where memfds may not be executed. */
  readonly directories: readonly string[];
}

/**
 * Who makes the calls: our own process through a page of code, from a memfd or from anonymous memory; or a program of its own,
 * generated for the purpose (executor.md, sections 3 and 10).
 */
export type Carrier = 'memfd' | 'anonymous' | 'program';

/** What a generated program is executed from: a memfd, or a temporary file that has no name any more. */
export type FileKind = 'memfd' | 'unlinked';

/** The ways to try, in order. */
export interface Ways {
  readonly carriers: readonly Carrier[];
  readonly files: readonly FileKind[];
  /** Stands around the walk of the table, from the clone to the exec, for who measures it. */
  readonly around?: (run: Walk) => Walk;
}

/** Walks a table of calls in this process. @returns the process id of init, or -errno of the clone */
export type Walk = (table: Memory) => number;

/** The order of executor.md, section 3; the tests force each of them alone. */
export const ALL_WAYS: Ways = { carriers: ['memfd', 'anonymous', 'program'], files: ['memfd', 'unlinked'] };

/** How it ended. `index` is of `calls`; -1 is the clone, -2 init's execve, -3 what `what` tells: before the clone, or init's own. */
export type Ended =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: number }
  | Failed;

export interface Failed {
  readonly kind: 'failed';
  readonly index: number;
  readonly errno: number;
  /** The call in strace's form, where `index` does not tell it. */
  readonly what: string | null;
}

/** A sandbox that was started. */
export interface Started {
  /** Process 1 of the sandbox, by its id here. */
  readonly init: number;
  /** Our own child: init itself, or the program that carries it. */
  readonly child: number;
  /** A pidfd of `child`. */
  readonly pidfd: number;
  /** The raw results of the child's calls, by index: 0 for those that were not made. Valid when `child` has ended. */
  readonly results: () => readonly number[];
  /** The path of the record that the child read last; '' for none. Valid when `child` has ended. */
  readonly record: () => string;
}

/** Something that is none of the request's calls, and failed before them, or in init. */
export function failedBefore(what: string, errno: number): Failed {
  return { kind: 'failed', index: -3, errno, what };
}
