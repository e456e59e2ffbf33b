/**
 * The program of a command in a sandbox that was entered (setns(2)), as a table. A PID namespace is entered by children alone, so somebody
 * must stay outside of it to make the command and to wait for it; nobody within can see who that is. As init, it is a program of its
 * own: a child that shared Node's memory would be within the reach of what runs in the sandbox already.
 */
import { cell, type Entry, memory } from './entry.ts';
import { becomeCommand, type Command, closeOnExec, makeChild, sendReport, untraced, WALL } from './init.ts';
import { pollFor } from './pidfd.ts';

const SIGKILL = 9;
const PR_SET_PDEATHSIG = 1;

/**
 * The entries; its cells and its report are those of init. It dies with its launcher, and the command with it: the sandbox's own end is
 * not the launcher's here. All signals are blocked when it starts.
 */
export function waiterEntries(
  command: Command,
  { status, launcher }: { readonly status: number; readonly launcher: number },
): readonly Entry[] {
  return [
    // Its child is within reach of what runs inside, and has its memory until it becomes the command.
    untraced,
    closeOnExec(status),
    closeOnExec(launcher),
    makeChild,
    // Its only child: orphans of the sandbox go to init.
    { call: 'wait4', args: [-1, cell('report'), WALL, 0] },
    ...sendReport(status),
    { label: 'child', call: 'prctl', args: [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0] },
    // The launcher may have died before the line above.
    {
      call: 'ppoll',
      args: [memory(pollFor(launcher)), 1, memory(new Uint8Array(16)), 0, 8],
      match: 1,
      onMatch: 'refused',
    },
    ...becomeCommand(command),
  ];
}
