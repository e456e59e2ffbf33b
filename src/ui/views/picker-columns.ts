/** The columns of the list of kept builds: what is in them, how wide they are, and which of them a narrow list keeps. */
import { printable } from '../../base/printable.ts';
import type { KeptBuild } from '../../nix/kept-build.ts';
import { age, size } from '../../report/text.ts';
import { width } from '../line.ts';
import { factsOf, nameOf, type State } from '../state.ts';

export interface Column {
  readonly title: string;
  readonly cells: number;
  readonly right?: true;
  readonly of: (state: State, build: KeptBuild) => string;
}

export const UNKNOWN = '–';

const VERSION: Column = {
  title: 'VERSION',
  cells: 9,
  of: (state, build) => factsOf(state, build).version ?? build.packageVersion ?? UNKNOWN,
};
const PHASE: Column = { title: 'PHASE', cells: 10, of: (state, build) => factsOf(state, build).phase ?? UNKNOWN };
const AGE: Column = { title: 'AGE', cells: 6, right: true, of: (state, build) => age(build.keptAtMs, state.nowMs) };
const SIZE: Column = { title: 'SIZE', cells: 8, right: true, of: (state, build) => sizeOf(state, build) };
/** Long names are cut rather than a column of a narrow list left out. */
const NAME_CELLS = { least: 12, most: 20, mostWide: 28 } as const;
export const OWNER_CELLS = { least: 6, most: 9 } as const;
/** What is left for the last line of the log, at least; narrow lists take less. */
const LAST_CELLS = 12;

export function ownerOf({ owner }: KeptBuild): string {
  return owner.user ?? String(owner.uid);
}

function sizeOf(state: State, build: KeptBuild): string {
  const { sizeBytes, partly, done } = factsOf(state, build);
  if (sizeBytes === null) return done ? UNKNOWN : '';
  return partly ? `${size(sizeBytes).replace(/\.\d/, '')}+` : size(sizeBytes);
}

/** Narrow lists lose the owner first, then the size, then the version; name and phase never. The same for all rows, so that nothing jumps when they scroll. */
export function columns(state: State, cells: number): readonly Column[] {
  const longest = longestOf(state);
  const most = cells < 100 ? NAME_CELLS.most : NAME_CELLS.mostWide;
  const name: Column = {
    title: 'NAME',
    cells: within(NAME_CELLS.least, longest.name, most),
    of: (s, build) => shortName(s, build),
  };
  const owner: Column = {
    title: 'OWNER',
    cells: within(OWNER_CELLS.least, longest.owner, OWNER_CELLS.most),
    of: (_, build) => ownerOf(build),
  };
  const all = [name, VERSION, PHASE, AGE, SIZE, owner];
  for (const drop of [[], [owner], [owner, SIZE], [owner, SIZE, VERSION], [owner, SIZE, VERSION, AGE]]) {
    const left = all.filter(column => !drop.includes(column));
    if (left.reduce((sum, column) => sum + column.cells + 1, 3) <= cells - (drop.length > 2 ? 0 : LAST_CELLS))
      return left;
  }
  return [{ ...name, cells: Math.max(8, cells - 14) }, PHASE];
}

interface Longest {
  readonly facts: State['facts'];
  readonly name: number;
  readonly owner: number;
}

/** Measured once for what is shown: a frame of a thousand builds draws twenty. */
const measured = new WeakMap<State['shown'], Longest>();

function longestOf(state: State): Longest {
  const { shown, facts } = state;
  const known = measured.get(shown);
  if (known?.facts === facts) return known;
  const most = (of: (build: KeptBuild) => string): number =>
    shown.reduce((longest, build) => Math.max(longest, width(printable(of(build)))), 0);
  const longest = { facts, name: most(build => shortName(state, build)), owner: most(ownerOf) };
  measured.set(shown, longest);
  return longest;
}

function within(least: number, value: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Without the version, where that has a column. */
function shortName(state: State, build: KeptBuild): string {
  const name = nameOf(state, build);
  const version = factsOf(state, build).version ?? build.packageVersion;
  return version !== null && name.endsWith(`-${version}`) ? name.slice(0, -version.length - 1) : name;
}
