/**
 * The way into a sandbox that runs: the steps of a second command, made from the plan of the first one, so that both have the same state
 * (docs/decisions/0050-a-second-command-joins-the-namespaces.md). Plain JSON: the launcher leaves it in its session.
 */
import { type HostPath, innerPath } from '../base/path.ts';
import { type Loader, loader } from './execute.ts';
import { forGroup } from './filter-rules.ts';
import { ownSession } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import { promptWords } from './start.ts';
import { type Namespace, type Op, type SandboxPlan, type Step, step } from './step.ts';

export interface Entrance {
  readonly version: 1;
  /** The steps, but for the command's, and for that of a session of its own. */
  readonly steps: readonly Step[];
  /** Whether a command without a terminal has one. */
  readonly ownSession: boolean;
  readonly loader: Loader;
  /** The words of an interactive shell. */
  readonly prompt: readonly string[];
  /** Whether that one edits lines. */
  readonly editsLines: boolean;
}

/** What is done to the process before the root is made. */
const FIRST: ReadonlySet<Op['kind']> = new Set([
  'dropGroups',
  'dieWithLauncher',
  'defaultSignals',
  'closeDescriptors',
  'umask',
]);
const BUILD = innerPath('/build');

/** How the sandbox of a plan can be entered. Pure. */
export function entranceOf(plan: SandboxPlan, input: PlanInput): Entrance {
  const entered = plan.steps.findIndex(({ op }) => op.kind === 'enterRoot');
  const first = plan.steps.slice(0, entered).filter(({ op }) => FIRST.has(op.kind));
  const state = plan.steps
    .slice(entered + 1)
    .filter(({ op }) => op.kind !== 'init' && op.kind !== 'execute')
    .flatMap(inRunning);
  const steps = [
    step({ kind: 'join', of: namespacesOf(plan) }, 'both commands see the same users, files, processes and network'),
    ...first,
    ...state,
    step(
      { kind: 'waiter' },
      'only children enter a PID namespace, and nothing of Node may be within reach of what runs there',
    ),
  ];
  const own = !input.options.without.includes('session');
  const editsLines = input.facts.promptShell !== null;
  return { version: 1, steps, ownSession: own, loader: loader(input), prompt: promptWords(input), editsLines };
}

function namespacesOf({ steps }: SandboxPlan): readonly Namespace[] {
  return steps.flatMap(({ op }) => (op.kind === 'namespaces' ? op.of : []));
}

/** What runs there may have removed the directory in which the first command began. */
function inRunning(each: Step): readonly Step[] {
  if (each.op.kind !== 'workingDirectory' || each.op.at === BUILD) return [each];
  const safe = step({ kind: 'workingDirectory', at: BUILD }, 'it is there whatever became of the next one');
  return [safe, { ...each, op: { ...each.op, mayBeGone: true } }];
}

/**
 * The plan of a command in the sandbox.
 * @param words CMD and its arguments, or those of an interactive shell
 * @param where the sandbox's root on the host, and whether a terminal is among the caller's streams
 */
export function entrancePlan(
  entrance: Entrance,
  words: { readonly command: readonly string[] } | { readonly prompt: readonly string[] },
  { root, terminal }: { readonly root: HostPath; readonly terminal: boolean },
): SandboxPlan {
  const { program, before, environment } = entrance.loader;
  const session = entrance.ownSession && !terminal;
  const shared = 'command' in words && !session;
  const steps = entrance.steps.map(each =>
    each.op.kind === 'filter' ? { ...each, op: { ...each.op, rules: forGroup(each.op.rules, shared) } } : each,
  );
  const argv = [...before, ...('command' in words ? words.command : words.prompt)];
  const last = step(
    { kind: 'execute', program, argv, environment },
    'the shell loads the environment and becomes the command',
  );
  return { version: 1, root, steps: [...(session ? [ownSession] : []), ...steps, last], without: [], omitted: [] };
}
