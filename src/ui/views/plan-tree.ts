/** The sandbox's root as a tree: the steps of a plan by the paths that they are about. Pure data. */
import { sayOp } from '../../sandbox/op.ts';
import type { Op, OpOf, Step } from '../../sandbox/step.ts';

/** The path inside that an operation is about; null where it is about none. */
export function placeOf(op: Op): string | null {
  if (op.kind === 'workingDirectory') return null;
  if ('at' in op) return op.at;
  return 'to' in op ? op.to : null;
}

export interface Node {
  /** The same when other steps come or go: what is open stays open, and the cursor with it. */
  readonly id: string;
  readonly label: string;
  readonly how: string;
  readonly depth: number;
  readonly steps: readonly Step[];
}

/** One node for each path, below the one that holds it; what is done to a path last is what it is. */
export function tree(steps: readonly Step[]): readonly Node[] {
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
    return { id: path, label: label(path, paths), how: last === undefined ? '' : how(last.op), depth, steps: own };
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
  overlay: op => `${op.lower}  changes go to a layer over it`,
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
