/** The plan's rows: the sandbox's root as a tree, what is done around it, and what is different from the build. Pure data. */
import { sayOp } from '../../sandbox/op.ts';
import type { Omission, Op, OpOf, SandboxPlan, Step } from '../../sandbox/step.ts';
import { type State, selectedBuild } from '../state.ts';

export type PlanRow =
  | {
      readonly kind: 'section';
      readonly id: string;
      readonly title: string;
      readonly count: number;
      readonly open: boolean;
    }
  | {
      readonly kind: 'node';
      readonly id: string;
      readonly depth: number;
      readonly label: string;
      readonly how: string;
      readonly steps: readonly Step[];
      readonly open: boolean;
    }
  | { readonly kind: 'omission'; readonly id: string; readonly omission: Omission; readonly open: boolean }
  | {
      readonly kind: 'note';
      readonly depth: number;
      readonly text: string;
      readonly style: 'plain' | 'dim' | 'accent';
    };

interface Section {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
}

/** The path inside that an operation is about; null where it is about none. */
export function placeOf(op: Op): string | null {
  if (op.kind === 'workingDirectory') return null;
  if ('at' in op) return op.at;
  return 'to' in op ? op.to : null;
}

/** The rows of the selected build's plan. */
export function planRows(state: State): readonly PlanRow[] {
  const build = selectedBuild(state);
  const loaded = build === null ? undefined : state.plans.get(build.outer);
  if (loaded?.state !== 'ready') return [];
  const { steps } = loaded.value;
  const entered = steps.findIndex(({ op }) => op.kind === 'enterRoot');
  const around = (from: number, to: number): readonly Step[] =>
    steps.slice(from, to).filter(({ op }) => placeOf(op) === null);
  const sections: readonly Section[] = [
    { id: 'namespaces', title: 'Namespaces, users, names', steps: around(0, entered) },
    { id: 'root', title: 'The root, as the build sees it', steps: steps.filter(({ op }) => placeOf(op) !== null) },
    { id: 'process', title: 'The process', steps: around(entered, steps.length) },
  ];
  const shown = state.plan.onlyDifferences ? [] : sections;
  return [...shown.flatMap(section => sectionRows(state, section)), ...omissionRows(state, loaded.value)];
}

function isOpen({ plan }: State, id: string): boolean {
  return plan.open.has(id);
}

function sectionRows(state: State, { id, title, steps }: Section): readonly PlanRow[] {
  // Sections begin open: their ids in `open` mean that they were closed.
  const open = !isOpen(state, id);
  const row: PlanRow = { kind: 'section', id, title, count: steps.length, open };
  if (!open) return [row];
  const nodes =
    id === 'root'
      ? tree(steps)
      : steps.map((step): Node => ({ label: '', how: sayOp(step.op), depth: 0, steps: [step] }));
  return [row, ...nodes.flatMap((node, at) => nodeRows(state, `${id}:${at}`, node))];
}

interface Node {
  readonly label: string;
  readonly how: string;
  readonly depth: number;
  readonly steps: readonly Step[];
}

/** One node for each path, below the one that holds it; what is done to a path last is what it is. */
function tree(steps: readonly Step[]): readonly Node[] {
  const byPath = new Map<string, Step[]>();
  for (const step of steps) {
    const path = placeOf(step.op) ?? '/';
    byPath.set(path, [...(byPath.get(path) ?? []), step]);
  }
  const paths = [...byPath.keys()].sort((a, b) => (a === '/' ? -1 : b === '/' ? 1 : a.localeCompare(b)));
  return paths.map(path => {
    const own = byPath.get(path) ?? [];
    // A mode that is set at the end says less than what it is set on.
    const last = own.findLast(({ op }) => op.kind !== 'mode' && op.kind !== 'mask') ?? own.at(-1);
    const depth = path === '/' ? 0 : path.split('/').length - 1;
    return { label: label(path, paths), how: last === undefined ? '' : how(last.op), depth, steps: own };
  });
}

/** The name alone, where the directory above has a row of its own. */
function label(path: string, paths: readonly string[]): string {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  return path !== '/' && paths.includes(parent) ? path.slice(path.lastIndexOf('/') + 1) : path;
}

/** Shorter than the operation's own sentence, as the path stands before it. */
const HOW: { readonly [K in Op['kind']]?: (op: OpOf<K>) => string } = {
  bind: op => `${op.from}  ${op.readOnly ? 'read-only' : 'writable'}`,
  bindInner: op => `${op.from} of the sandbox`,
  device: () => 'device of the host',
  link: op => `→ ${op.target}`,
  directory: op => `directory ${op.mode.toString(8).padStart(4, '0')}`,
  tmpfs: () => 'tmpfs of its own',
  proc: () => 'procfs of its own',
  devpts: () => 'devpts of its own',
  file: op => `file, ${op.content.length} characters`,
};

function how(op: Op): string {
  const say = HOW[op.kind] as ((op: Op) => string) | undefined;
  return (say ?? sayOp)(op);
}

function nodeRows(state: State, id: string, node: Node): readonly PlanRow[] {
  const open = isOpen(state, id);
  const row: PlanRow = { kind: 'node', id, ...node, open };
  return open ? [row, ...node.steps.flatMap(step => stepNotes(step, node.depth + 1))] : [row];
}

/** Why a step is there, what Nix does in its place, and whether it can be left out. */
function stepNotes({ op, why, like, group }: Step, depth: number): readonly PlanRow[] {
  const nix = like.nix === undefined ? 'Nix has no counterpart' : `as Nix does in ${like.nix}`;
  const spec = like.spec === undefined ? '' : ` (${like.spec})`;
  return [
    { kind: 'note', depth, text: `${sayOp(op)}`, style: 'plain' },
    { kind: 'note', depth, text: `why: ${why}`, style: 'plain' },
    { kind: 'note', depth, text: `${nix}${spec}`, style: 'dim' },
    ...(group === undefined
      ? []
      : [{ kind: 'note', depth, text: `x leaves it out: --without ${group}`, style: 'accent' } as const]),
  ];
}

function omissionRows(state: State, { omitted }: SandboxPlan): readonly PlanRow[] {
  const open = !isOpen(state, 'omitted');
  const title = 'Different from the build itself';
  const row: PlanRow = { kind: 'section', id: 'omitted', title, count: omitted.length, open };
  if (!open) return [row];
  const rows = omitted.flatMap((omission, at): readonly PlanRow[] => {
    const id = `omitted:${at}`;
    const wide = isOpen(state, id);
    const own: PlanRow = { kind: 'omission', id, omission, open: wide };
    if (!wide) return [own];
    return [
      own,
      { kind: 'note', depth: 2, text: `why: ${omission.why}`, style: 'plain' },
      { kind: 'note', depth: 2, text: `Nix does it in ${omission.nix}`, style: 'dim' },
    ];
  });
  return [row, ...rows];
}
