/** The plan's rows: the sandbox's root as a tree, what is done around it, and what is different from the build. Pure data. */
import { printable } from '../../base/printable.ts';
import { GROUP_NAMES, type GroupName, leftOut } from '../../sandbox/groups.ts';
import { sayOp } from '../../sandbox/op.ts';
import type { Omission, SandboxPlan, Step } from '../../sandbox/step.ts';
import { inside, panels } from '../layout.ts';
import { wordChunks } from '../line.ts';
import { type State, selectedBuild } from '../state.ts';
import { type Node, placeOf, tree } from './plan-tree.ts';

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
  | {
      readonly kind: 'omission';
      readonly id: string;
      readonly omission: Omission;
      /** What of it has room on its row. */
      readonly shown: string;
      readonly open: boolean;
    }
  | {
      readonly kind: 'note';
      /** The row that it belongs to. */
      readonly of: string;
      readonly depth: number;
      readonly text: string;
      readonly style: 'plain' | 'dim' | 'accent';
    };

interface Section {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
}

interface Made {
  readonly plan: State['plan'];
  readonly cells: number;
  readonly rows: readonly PlanRow[];
}

/** The rows that were made last of each plan: a key asks for them more than once. */
const made = new WeakMap<SandboxPlan, Made>();

/** The rows of the selected build's plan. */
export function planRows(state: State): readonly PlanRow[] {
  const build = selectedBuild(state);
  const loaded = build === null ? undefined : state.plans.get(build.outer);
  if (loaded?.state !== 'ready') return [];
  const cells = planCells(state);
  const last = made.get(loaded.value);
  const { open, onlyDifferences } = state.plan;
  if (last?.plan.open === open && last.plan.onlyDifferences === onlyDifferences && last.cells === cells)
    return last.rows;
  const rows = rowsOf(state, loaded.value);
  made.set(loaded.value, { plan: state.plan, cells, rows });
  return rows;
}

function rowsOf(state: State, plan: SandboxPlan): readonly PlanRow[] {
  const { steps } = plan;
  const entered = steps.findIndex(({ op }) => op.kind === 'enterRoot');
  const around = (from: number, to: number): readonly Step[] =>
    steps.slice(from, to).filter(({ op }) => placeOf(op) === null);
  const sections: readonly Section[] = [
    { id: 'namespaces', title: 'Namespaces, users, names', steps: around(0, entered) },
    { id: 'root', title: 'The root, as the build sees it', steps: steps.filter(({ op }) => placeOf(op) !== null) },
    { id: 'process', title: 'The process', steps: around(entered, steps.length) },
  ];
  const shown = state.plan.onlyDifferences ? [] : sections;
  return [...shown.flatMap(section => sectionRows(state, section)), ...omissionRows(state, plan)];
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
      : steps.map((step): Node => ({ id: step.op.kind, label: '', how: sayOp(step.op), depth: 0, steps: [step] }));
  return [row, ...nodes.flatMap(node => nodeRows(state, `${id}:${node.id}`, node))];
}

function nodeRows(state: State, id: string, node: Node): readonly PlanRow[] {
  const open = isOpen(state, id);
  const row: PlanRow = { kind: 'node', ...node, id, open };
  if (!open) return [row];
  const notes = node.steps.flatMap(stepNotes);
  return [row, ...notes.flatMap(note => wrapped(state, id, node.depth + 1, note))];
}

type Note = readonly [text: string, style: 'plain' | 'dim' | 'accent'];

/** A note in as many rows as it needs: a reason that is cut off is none. */
function wrapped(state: State, of: string, depth: number, [text, style]: Note): readonly PlanRow[] {
  return wordChunks(printable(text), Math.max(10, planCells(state) - noteIndent(depth) - 1)).map(shown => ({
    kind: 'note',
    of,
    depth,
    text: shown,
    style,
  }));
}

/** Cells before a note's text. */
export function noteIndent(depth: number): number {
  return 2 * (depth + 2);
}

/** The width of the plan's panel. */
function planCells(state: State): number {
  const placed = panels(state).find(({ panel }) => panel === 'plan');
  return placed === undefined ? state.size.columns : inside(placed).columns;
}

/** What a step is, why it is there, what Nix does in its place, and whether it can be left out. */
function stepNotes({ op, why, like, group }: Step): readonly Note[] {
  const nix = like.nix === undefined ? 'Nix has no counterpart' : `as Nix does in ${like.nix}`;
  const spec = like.spec === undefined ? '' : ` (${like.spec})`;
  return [
    [sayOp(op), 'plain'],
    [`why: ${why}`, 'plain'],
    [`${nix}${spec}`, 'dim'],
    ...(group === undefined ? [] : [[`x leaves it out: --without ${group}`, 'accent'] satisfies Note]),
  ];
}

/** Cells before an omission, and before the rest of one that is longer than its row. */
const OMISSION_INDENT = 4;
const OMISSION_DEPTH = 0;

function omissionRows(state: State, { omitted }: SandboxPlan): readonly PlanRow[] {
  const open = !isOpen(state, 'omitted');
  const title = 'Different from the build itself';
  const row: PlanRow = { kind: 'section', id: 'omitted', title, count: omitted.length, open };
  if (!open) return [row];
  return [row, ...omitted.flatMap(omission => oneOmission(state, omission))];
}

function oneOmission(state: State, omission: Omission): readonly PlanRow[] {
  const id = `omitted:${omission.what}`;
  const open = isOpen(state, id);
  const room = Math.max(10, planCells(state) - OMISSION_INDENT - 1);
  const [shown = '', ...rest] = wordChunks(printable(omission.what), room);
  const more = rest.map((text): PlanRow => ({ kind: 'note', of: id, depth: OMISSION_DEPTH, text, style: 'plain' }));
  const taken = leftOutGroup(omission);
  const notes: readonly Note[] = [
    [`why: ${omission.why}`, 'plain'],
    [`Nix does it in ${omission.nix}`, 'dim'],
    ...(taken === null ? [] : [[`x takes it in again, without --without ${taken}`, 'accent'] satisfies Note]),
  ];
  const own: PlanRow = { kind: 'omission', id, omission, shown, open };
  return [own, ...more, ...(open ? notes.flatMap(note => wrapped(state, id, 2, note)) : [])];
}

/** The group of steps that was left out, where this is the difference that it makes; else null. */
export function leftOutGroup(omission: Omission): GroupName | null {
  return GROUP_NAMES.find(name => leftOut([name])[0]?.what === omission.what) ?? null;
}
