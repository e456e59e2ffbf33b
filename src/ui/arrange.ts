/** Which builds the list shows, and in which order. Pure. */
import { Fzf } from 'fzf';
import type { KeptBuild } from '../nix/kept-build.ts';
import { factsOf, nameOf, type State } from './state.ts';

type Arranged = Pick<State, 'builds' | 'filter' | 'sort'> & State;

/** The builds that match the filter; with a filter the best match first, else in the order of `sort`. */
export function arrange(state: Arranged): readonly KeptBuild[] {
  const sorted = [...state.builds].sort(ORDERS[state.sort](state));
  if (state.filter === '') return sorted;
  const finder = new Fzf(sorted, { selector: build => words(state, build) });
  return finder.find(state.filter).map(({ item }) => item);
}

/** What the filter looks at: all that a row shows, and the path. */
function words(state: State, build: KeptBuild): string {
  const { phase, lastError } = factsOf(state, build);
  return [nameOf(state, build), build.owner.user ?? '', phase ?? '', build.outer, lastError ?? ''].join(' ');
}

type Order = (a: KeptBuild, b: KeptBuild) => number;

const byAge: Order = (a, b) => b.keptAtMs - a.keptAtMs;

const ORDERS: Readonly<Record<State['sort'], (state: State) => Order>> = {
  age: () => byAge,
  name: state => (a, b) => nameOf(state, a).localeCompare(nameOf(state, b)) || byAge(a, b),
  size: state => (a, b) => (factsOf(state, b).sizeBytes ?? -1) - (factsOf(state, a).sizeBytes ?? -1) || byAge(a, b),
  owner: () => (a, b) => a.owner.uid - b.owner.uid || byAge(a, b),
};
