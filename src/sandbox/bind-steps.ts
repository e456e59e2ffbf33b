/** What of the host is shown inside besides the store: the machine's `sandbox-paths`, and what `--bind` asks for. */
import { type HostPath, innerPath, storePath } from '../base/path.ts';
import { closedMode } from './groups.ts';
import type { PlanInput } from './plan-input.ts';
import { directories, inGroup, type OpOf, type Step, step } from './step.ts';

type Bind = PlanInput['options']['binds'][number];

/** What `--bind` asks for, in that order: all of it can be written, but for the stores of the machine. */
export function bindSteps(input: PlanInput): readonly Step[] {
  const made = new Set<string>();
  const asked = 'you asked for it: --bind';
  return input.options.binds.flatMap(bind => {
    const readOnly = input.facts.stores.some(store => bind.from === store || bind.from.startsWith(`${store}/`));
    const why = readOnly ? `${asked}; it is of the store, which nothing may change` : asked;
    return [...placedBind(input, { ...bind, readOnly }, made, why), ...storesBelow(bind, input.facts.stores)];
  });
}

/** The stores that lie in what is shown. */
function storesBelow({ from, to }: Bind, stores: readonly HostPath[]): readonly Step[] {
  const above = from === '/' ? '' : from;
  return stores
    .filter(store => store.startsWith(`${above}/`))
    .map(store =>
      step(
        {
          kind: 'bind',
          from: store,
          to: innerPath(`${to}${store.slice(above.length)}`),
          type: 'directory',
          readOnly: true,
        },
        'the store in what you bind: nothing may change it',
      ),
    );
}

/** The `sandbox-paths`. Those of the store are there already, with all that they need; what leads to the others is root's in a build. */
export function machineSteps(input: PlanInput): readonly Step[] {
  const why = "the machine's Nix settings show it to every build (sandbox-paths)";
  const made = new Set<string>();
  return input.facts.machinePaths
    .filter(({ from, to }) => String(from) !== to || storePath(from) === null)
    .flatMap(path => placedBind(input, { ...path, readOnly: true }, made, why, { nix: 'getPathsInSandbox' }))
    .map(each => inGroup('sandbox-paths', closed(each, closedMode(input.options.without))));
}

function closed(each: Step, mode: number): Step {
  return each.op.kind === 'directory' ? { ...each, op: { ...each.op, mode } } : each;
}

/** A bind, and the directories on the way to its place that are not among those `made` for earlier ones; they are noted there. */
function placedBind(
  { store }: PlanInput,
  bind: Omit<OpOf<'bind'>, 'kind'>,
  made: Set<string>,
  why: string,
  like: Step['like'] = {},
): readonly Step[] {
  // In a store of its own a place can be made; in the host's it must be there: links in it would lead elsewhere.
  const laid = store.kind === 'closure' ? /^\/(build|dev|proc)(\/|$)/ : /^\/(nix|build|dev|proc)(\/|$)/;
  const parent = innerPath(bind.to.slice(0, Math.max(1, bind.to.lastIndexOf('/'))));
  const place = bind.type === 'directory' ? bind.to : parent;
  const target = place === '/' || laid.test(bind.to) ? [] : directories(place, made);
  for (const { at } of target) made.add(at);
  // What was made below it is hidden by it.
  if (bind.type === 'directory' && !target.some(({ at }) => at === bind.to)) made.clear();
  return [...target.map(op => step(op, why, like)), step({ kind: 'bind', ...bind }, why, like)];
}
