/** While a command runs, the launcher is transparent: signals that it gets go on to the command (S2). */
import { readdirSync, readFileSync } from 'node:fs';
import { ownGroups, STAT, statFields } from '../ffi/process-stat.ts';

const FORWARDED = ['SIGHUP', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const;
/** The terminal sends these to the command, too, where it is in the same process group. */
const FROM_TERMINAL = ['SIGINT', 'SIGQUIT'] as const;

/** How soon a signal is tried again that came before init had made the command. */
const AGAIN_MS = 5;

/** What the terminal's user stops a job with, and resumes it. */
const JOB_CONTROL = ['SIGTSTP', 'SIGCONT'] as const;

/**
 * Starts forwarding to the command under init.
 * @param ownSession whether the sandbox has a session of its own: what a terminal sends to our group does not come to it by itself then
 * @returns a function that ends it
 */
export function forwardSignals(initPid: () => number | null, ownSession: boolean): () => void {
  const waiting = new Set<NodeJS.Timeout>();
  const delivered = (signal: NodeJS.Signals, toGroup: boolean): boolean => {
    const init = initPid();
    const pid = commandOf(init);
    if (pid === null || init === null) return false;
    send(toGroup ? -init : pid, signal);
    return true;
  };
  const pass = (signal: NodeJS.Signals, toGroup: boolean): void => {
    if (delivered(signal, toGroup)) return;
    const timer = setInterval(() => {
      if (!delivered(signal, toGroup)) return;
      clearInterval(timer);
      waiting.delete(timer);
    }, AGAIN_MS);
    waiting.add(timer);
  };
  const forward = (signal: NodeJS.Signals): void => pass(signal, false);
  const fromTerminal = (signal: NodeJS.Signals): void => {
    const foreground = inForeground();
    if (ownSession || !foreground) pass(signal, ownSession && foreground);
  };
  // A group whose session has no terminal ignores SIGTSTP (setpgid(2)), so it is stopped, as we are.
  const control = (signal: NodeJS.Signals): void => {
    const init = initPid();
    if (init !== null) send(-init, signal === 'SIGCONT' ? 'SIGCONT' : 'SIGSTOP');
    if (signal === 'SIGTSTP') process.kill(process.pid, 'SIGSTOP');
  };
  const handlers: readonly (readonly [readonly NodeJS.Signals[], (signal: NodeJS.Signals) => void])[] = [
    [FORWARDED, forward],
    [FROM_TERMINAL, fromTerminal],
    [ownSession ? JOB_CONTROL : [], control],
  ];
  for (const [signals, handler] of handlers) for (const signal of signals) process.on(signal, handler);
  return () => {
    for (const [signals, handler] of handlers) for (const signal of signals) process.off(signal, handler);
    for (const timer of waiting) clearInterval(timer);
  };
}

/** @param to a process, or the negative number of a process group */
function send(to: number, signal: NodeJS.Signals): void {
  try {
    process.kill(to, signal);
  } catch {
    // It has just ended.
  }
}

/** The first child of init is the command; others are orphans that came later (proc(5), `children`). */
function commandOf(init: number | null): number | null {
  if (init === null) return null;
  try {
    const first = Number(readFileSync(`/proc/${init}/task/${init}/children`, 'latin1').trim().split(' ')[0]);
    return first > 0 ? first : null;
  } catch {
    return childByScan(init);
  }
}

/** For kernels without CONFIG_PROC_CHILDREN: the lowest process whose parent is `init`. */
function childByScan(init: number): number | null {
  const pids = readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > init);
  return pids.sort((a, b) => a - b).find(pid => Number(statFields(pid)[STAT.parent]) === init) ?? null;
}

/** Whether we are in the foreground of our controlling terminal: then it sent the signal to the whole group (tcgetpgrp(3)). */
function inForeground(): boolean {
  const groups = ownGroups();
  return groups !== null && groups.own === groups.foreground;
}
