/** While a command runs, the launcher is transparent: signals that it gets go on to the command (S2). */
import { readdirSync, readFileSync } from 'node:fs';

const FORWARDED = ['SIGHUP', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const;
/** The terminal sends these to the command, too: it is in the same process group. */
const FROM_TERMINAL = ['SIGINT', 'SIGQUIT'] as const;

/** How soon a signal is tried again that came before init had made the command. */
const AGAIN_MS = 5;

/** Starts forwarding to the command under init. @returns a function that ends it */
export function forwardSignals(initPid: () => number | null): () => void {
  const waiting = new Set<NodeJS.Timeout>();
  const delivered = (signal: NodeJS.Signals): boolean => {
    const pid = commandOf(initPid());
    if (pid === null) return false;
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended.
    }
    return true;
  };
  const forward = (signal: NodeJS.Signals): void => {
    if (delivered(signal)) return;
    const timer = setInterval(() => {
      if (!delivered(signal)) return;
      clearInterval(timer);
      waiting.delete(timer);
    }, AGAIN_MS);
    waiting.add(timer);
  };
  const fromTerminal = (signal: NodeJS.Signals): void => {
    if (!inForeground()) forward(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  for (const signal of FROM_TERMINAL) process.on(signal, fromTerminal);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
    for (const signal of FROM_TERMINAL) process.off(signal, fromTerminal);
    for (const timer of waiting) clearInterval(timer);
  };
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
  return pids.sort((a, b) => a - b).find(pid => parentOf(pid) === init) ?? null;
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Whether we are in the foreground of our controlling terminal: then it sent the signal to the whole group (tcgetpgrp(3)). */
function inForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const [, , group, , , foreground] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return group !== undefined && group === foreground;
}
