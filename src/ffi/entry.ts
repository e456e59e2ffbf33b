/** An entry of a syscall program, before it has an address (executor.md, section 2): 12 words of 8 bytes. */
import type { Arg } from '../base/call.ts';
import type { SyscallName } from './syscalls.ts';

/** Words of an entry, by index. */
export const WORD = { number: 0, a0: 1, result: 7, store: 8, onError: 9, match: 10, onMatch: 11 } as const;
const WORDS = 12;
/** The size of an entry in bytes. */
export const ENTRY_SIZE = WORDS * 8;

/** An argument word: a number, a pointer to what stands behind the entries, or the address of an entry (by its label) or of a cell. */
export type Value =
  | number
  | Exclude<Arg, { readonly kind: 'runtime' | 'records' | 'record' }>
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | { readonly kind: 'entry'; readonly label: string }
  | Cell;

/** Zeroed memory behind the entries, which has a name. */
export interface Cell {
  readonly kind: 'cell';
  readonly name: string;
  /** Bytes into it. */
  readonly at: number;
}

/** Where a result is also written: a word of another entry (by label), or a cell. */
export type Store = { readonly kind: 'word'; readonly label: string; readonly word: number } | Cell;

export interface Entry {
  /** `end`: the stub returns a0. `jump`: a call that does not exist, so that onError is taken. */
  readonly call: SyscallName | 'end' | 'jump';
  readonly args: readonly Value[];
  readonly label?: string | undefined;
  readonly store?: Store | undefined;
  /** Labels; undefined goes on with the next entry. */
  readonly onError?: string | undefined;
  readonly match?: number | undefined;
  readonly onMatch?: string | undefined;
}

/** The address of a cell, or of a byte in it. */
export function cell(name: string, at = 0): Cell {
  return { kind: 'cell', name, at };
}

/** A pointer to these bytes. */
export function memory(bytes: Uint8Array): Value {
  return { kind: 'memory', bytes };
}
