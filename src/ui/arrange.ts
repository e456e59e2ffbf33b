/** Which builds the list shows, and in which order. Pure. */
import { Fzf } from 'fzf';
import type { KeptBuild } from '../nix/kept-build.ts';
import { factsOf, nameOf, type State } from './state.ts';

type Arranged = Pick<State, 'builds' | 'filter' | 'sort'> & State;

/** The builds that match the filter, in the order of `sort`; in the order of age, which is the one from the start, the best match comes first. */
export function arrange(state: Arranged): readonly KeptBuild[] {
  const sorted = [...state.builds].sort(ORDERS[state.sort](state));
  if (state.filter === '') return sorted;
  const matches = bestFirst(state, sorted);
  if (state.sort === 'age') return matches;
  const matching = new Set(matches);
  return sorted.filter(build => matching.has(build));
}

/** The builds that match the filter, the best match first. */
export function bestFirst(state: Arranged, builds: readonly KeptBuild[]): readonly KeptBuild[] {
  const finder = new Fzf(builds, { selector: build => words(state, build) });
  return finder.find(state.filter).map(({ item }) => item);
}

/** Says an order that is not that of age alone; null where it is. */
export function orderWords({ sort, filter }: Pick<State, 'sort' | 'filter'>): string | null {
  if (sort !== 'age') return `sorted by ${sort}`;
  return filter === '' ? null : 'best match first';
}

/** Whether facts that become known change what is shown, or its order. */
export function dependsOnFacts({ sort, filter }: Pick<State, 'sort' | 'filter'>): boolean {
  return filter !== '' || sort === 'name' || sort === 'size';
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
