/** The inspector's rows: groups, variables, and the parts of a variable that is open. Pure data; `env.ts` draws them. */
import type { EnvVars } from '../../nix/env-vars.ts';
import { differences } from '../differences.ts';
import { chunks, wordChunks } from '../line.ts';
import { type State, selectedBuild } from '../state.ts';
import { type Compared, compared, type Difference, otherEnvironment } from './env-compared.ts';
import { ENV_GROUPS, type EnvGroup, entriesOf, groupOf, withoutHashes } from './env-groups.ts';

export type EnvRow =
  | {
      readonly kind: 'group';
      readonly id: string;
      readonly title: string;
      readonly count: number;
      readonly open: boolean;
    }
  | {
      readonly kind: 'variable';
      readonly id: string;
      readonly name: string;
      readonly value: string | null;
      readonly difference: Difference | null;
      /** There is more of it than its row shows. */
      readonly folds: boolean;
      readonly open: boolean;
    }
  /** A part of a value that differs: of the own one (`+`), of the other one (`-`), or of both. */
  | {
      readonly kind: 'difference';
      readonly name: string;
      readonly mark: ' ' | '-' | '+';
      readonly text: string;
      readonly shown: string;
    }
  | {
      readonly kind: 'entry';
      readonly name: string;
      readonly number: number;
      /** All of it; `shown` is what fits on its row. */
      readonly text: string;
      readonly shown: string;
      readonly missing: boolean;
    }
  | {
      readonly kind: 'code';
      readonly name: string;
      readonly number: number;
      readonly text: string;
      readonly shown: string;
    }
  /** The rest of an entry, or of a line of code, that is longer than a row. */
  | { readonly kind: 'more'; readonly name: string; readonly text: string; readonly shown: string }
  | { readonly kind: 'piece'; readonly name: string; readonly text: string; readonly shown: string }
  | { readonly kind: 'other'; readonly name: string; readonly text: string };

/** A value without line ends that is longer than this is folded. */
const LONG = 60;

/** The rows of the selected build's environment; `cells` is where long values are wrapped. */
export function envRows(state: State, cells: number): readonly EnvRow[] {
  const build = selectedBuild(state);
  const loaded = build === null ? undefined : state.details.get(build.outer);
  if (loaded?.state !== 'ready') return [];
  const { env, missing } = loaded.value;
  const other = otherEnvironment(state);
  const matching = compared(env, other).filter(entry => matches(state, entry));
  const searching = state.env.filter !== '';
  return ENV_GROUPS.flatMap(([id, title]): readonly EnvRow[] => {
    const inGroup = matching.filter(({ variable }) => groupOf(variable.name) === id);
    if (inGroup.length === 0) return [];
    const open = searching || state.env.open.has(id);
    const group: EnvRow = { kind: 'group', id, title, count: inGroup.length, open };
    return open ? [group, ...inGroup.flatMap(entry => variableRows(state, entry, missing, cells))] : [group];
  }).concat(searching ? [] : unreadable(env));
}

function matches({ env }: State, { variable, theirs }: Compared): boolean {
  const wanted = env.filter.toLowerCase();
  return [variable.name, variable.value, theirs].some(text => text?.toLowerCase().includes(wanted) === true);
}

function variableRows(
  state: State,
  { variable: { name, value }, difference, theirs }: Compared,
  missing: ReadonlySet<string>,
  cells: number,
): readonly EnvRow[] {
  const id = `v:${name}`;
  const more = difference === 'changed' || folds(value);
  const open = state.env.open.has(id) || (state.env.wrap && more);
  const row: EnvRow = { kind: 'variable', id, name, value, difference, folds: more, open };
  if (open && difference === 'changed') return [row, ...differing(state, name, theirs ?? null, value, cells)];
  if (!open || value === null) return [row];
  return [row, ...parts(state, name, value, missing, cells)];
}

/** A value that is another one in the other build, beside that: list entries and lines one by one. */
function differing(
  state: State,
  name: string,
  theirs: string | null,
  own: string | null,
  cells: number,
): readonly EnvRow[] {
  const room = Math.max(10, cells - PIECE_INDENT - 3);
  const lists = [theirs, own].map(value => (value === null ? [] : (entriesOf(value) ?? value.split('\n'))));
  return differences(lists[0] ?? [], lists[1] ?? []).flatMap(({ mark, text }): readonly EnvRow[] =>
    wordChunks((state.env.full ? text : withoutHashes(text)).replaceAll('\t', '  '), room).map((shown, at) => ({
      kind: 'difference',
      name,
      mark: at === 0 ? mark : ' ',
      text,
      shown: shown === '' && mark !== ' ' ? '(empty)' : shown,
    })),
  );
}

/** Whether there is more of the value than its line shows. */
function folds(value: string | null): boolean {
  return value !== null && (value.includes('\n') || value.length > LONG || entriesOf(value) !== null);
}

/** Cells before the text of a part, and before a piece of a long value. */
export const PART_INDENT = 11;
export const PIECE_INDENT = 6;

function parts(
  state: State,
  name: string,
  value: string,
  missing: ReadonlySet<string>,
  cells: number,
): readonly EnvRow[] {
  const room = Math.max(10, cells - PART_INDENT - 1);
  const entries = entriesOf(value);
  if (entries !== null)
    return entries.flatMap((text, at) => {
      const absent = text.split(' ').some(word => missing.has(word));
      const [shown = '', ...rest] = chunks(state.env.full ? text : withoutHashes(text), room - (absent ? 9 : 0));
      const entry: EnvRow = { kind: 'entry', name, number: at + 1, text, shown, missing: absent };
      return [entry, ...more(name, text, rest)];
    });
  if (value.includes('\n'))
    return value.split('\n').flatMap((text, at) => {
      const [shown = '', ...rest] = wordChunks(text.replaceAll('\t', '  '), room);
      const code: EnvRow = { kind: 'code', name, number: at + 1, text, shown };
      return [code, ...more(name, text, rest)];
    });
  return wordChunks(value, Math.max(10, cells - PIECE_INDENT - 1)).map(shown => ({
    kind: 'piece',
    name,
    text: value,
    shown,
  }));
}

function more(name: string, text: string, rest: readonly string[]): readonly EnvRow[] {
  return rest.map(shown => ({ kind: 'more', name, text, shown }));
}

/** What bash does not hand on, and so is listed by name. */
function unreadable({ arrays, functions }: EnvVars): readonly EnvRow[] {
  const named = (names: readonly string[], what: string): readonly EnvRow[] =>
    names.map(name => ({ kind: 'other', name, text: what }));
  return [...named(arrays, 'an array: bash does not hand it on'), ...named(functions, 'a function')];
}

/** The ids of all groups. */
export const GROUP_IDS: readonly EnvGroup[] = ENV_GROUPS.map(([id]) => id);
