/** An environment beside that of another build: what is different in it, variable by variable. */
import type { EnvVariable, EnvVars } from '../../nix/env-vars.ts';
import type { State } from '../state.ts';

/** How a variable differs from the build that it is compared with. */
export type Difference = 'same' | 'changed' | 'added' | 'removed';

export interface Compared {
  readonly variable: EnvVariable;
  readonly difference: Difference | null;
  /** The other build's value, where it is another one. */
  readonly theirs?: string | null;
}

/** The environment that it is compared with, where that is known already. */
export function otherEnvironment(state: State): EnvVars | null {
  const other = state.env.compare === null ? undefined : state.details.get(state.env.compare);
  return other?.state === 'ready' ? other.value.env : null;
}

export function compared(env: EnvVars, other: EnvVars | null): readonly Compared[] {
  if (other === null) return env.variables.map(variable => ({ variable, difference: null }));
  const theirs = new Map(other.variables.map(variable => [variable.name, variable]));
  const own = new Set(env.variables.map(({ name }) => name));
  const here = env.variables.map((variable): Compared => {
    const same = theirs.get(variable.name);
    if (same === undefined) return { variable, difference: 'added' };
    if (same.value === variable.value) return { variable, difference: 'same' };
    return { variable, difference: 'changed', theirs: same.value };
  });
  const gone = other.variables.filter(({ name }) => !own.has(name));
  const all = [...here, ...gone.map((variable): Compared => ({ variable, difference: 'removed' }))];
  return all.filter(({ difference }) => difference !== 'same');
}
