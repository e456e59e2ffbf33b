/** What lies over the panels, and takes the keys: a line that is typed, a list to choose from, a question. */
import type { Failure } from '../base/failure.ts';
import type { KeptBuild } from '../nix/kept-build.ts';

/** A line of text that is being typed, and what it is for. */
export interface Typing {
  readonly purpose:
    | 'filter'
    | 'envFilter'
    | 'search'
    | 'bind'
    | 'palette'
    | 'pick'
    | 'help'
    | 'directory'
    | 'paneSearch';
  readonly text: string;
}

export type Overlay =
  | { readonly kind: 'help'; readonly cursor: number; readonly filter: string }
  | { readonly kind: 'palette'; readonly cursor: number }
  | { readonly kind: 'delete'; readonly targets: readonly KeptBuild[]; readonly cursor: number }
  | {
      readonly kind: 'pick';
      readonly title: string;
      readonly options: readonly { readonly id: string; readonly label: string }[];
      readonly cursor: number;
    }
  /** What is to be read once: a sentence each. */
  | { readonly kind: 'notes'; readonly title: string; readonly notes: readonly string[] }
  | { readonly kind: 'quit' }
  /** Before the first shell of a sandbox is closed or started again: the others in it would end. */
  | { readonly kind: 'endOthers'; readonly by: 'close' | 'restart' }
  | { readonly kind: 'failure'; readonly failure: Failure };
