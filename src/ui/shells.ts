/** Which panes run in which sandbox, and what the chrome says of them. */
import type { Pane } from '../terminal/terminal-app.ts';
import type { ShellCommand } from './core.ts';
import type { PaneInfo } from './state.ts';

/** A sandbox of the UI, made by the command of its first pane. Restarted, it is another one under the same number. */
export interface Sandbox {
  readonly number: number;
  /** The `outer` of its build. */
  readonly build: string;
  readonly name: string;
  /** Makes it. */
  readonly command: ShellCommand;
}

/** A pane that is open. */
export interface Shell {
  readonly pane: Pane;
  readonly sandbox: Sandbox;
  /** The process that runs its sandbox: its own in the first pane, in others that which they entered. */
  readonly launcher: number | null;
  readonly first: boolean;
  readonly command: ShellCommand;
}

/** The pane whose command runs the sandbox, as long as it runs. */
export function runningFirst(shells: Iterable<Shell>, { number }: Sandbox): Shell | undefined {
  return [...shells].find(({ sandbox, first, pane }) => first && sandbox.number === number && runs(pane));
}

/** Whether the pane's program runs. */
export function runs(pane: Pane): boolean {
  return pane.state().kind === 'running';
}

/** What the chrome says of a pane. @param shells all that are open */
export function infoOf(shell: Shell, shells: Iterable<Shell>): PaneInfo {
  const { pane, sandbox, first, command } = shell;
  return {
    id: pane.id,
    build: sandbox.build,
    name: sandbox.name,
    sandbox: sandbox.number,
    first,
    title: pane.title(),
    ended: endOf(shell, shells),
    command: command.shown,
    scrolledBack: pane.scrolledBack() > 0,
    selected: pane.selected(),
  };
}

/** What is said of a shell that was killed with its sandbox. */
export const ENDED_WITH_SANDBOX = 'ended with its sandbox';
/** As the launcher ends where the sandbox did: 128, and SIGKILL. */
const KILLED = 137;

/** A shell that was killed with its sandbox did not end by itself. */
function endOf({ pane, sandbox, launcher, first }: Shell, shells: Iterable<Shell>): string | null {
  const state = pane.state();
  if (state.kind !== 'ended') return null;
  const gone = runningFirst(shells, sandbox)?.launcher !== launcher;
  return !first && state.status === KILLED && gone ? ENDED_WITH_SANDBOX : `ended with status ${state.status}`;
}
