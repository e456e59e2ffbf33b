/**
 * The terminal's foreground process group (tcsetpgrp(3)). A shell in a new PID namespace cannot see the group that it took the
 * terminal from, so it cannot give it back when it ends: we do.
 */
import { closeSync, openSync } from 'node:fs';
import { allocate } from './memory.ts';
import { ownGroups } from './process-stat.ts';
import { syscall } from './syscalls.ts';

const TIOCSPGRP = 0x5410;
const SIG_BLOCK = 0;
const SIG_SETMASK = 2;
const SIGTTOU = 22;

/** Remembers whether this process group has the terminal. @returns what takes it back, where it had it and has it no more */
export function rememberForeground(): () => void {
  const before = ownGroups();
  if (before === null || before.foreground !== before.own) return () => undefined;
  return () => {
    const now = ownGroups();
    if (now !== null && now.foreground !== now.own && now.foreground !== -1) takeTerminal(now.own);
  };
}

/** From the background the kernel answers this ioctl with SIGTTOU, unless that is blocked (tcsetpgrp(3)). */
function takeTerminal(group: number): void {
  const memory = allocate(32);
  memory.view.setUint32(0, 2 ** (SIGTTOU - 1), true);
  memory.view.setInt32(16, group, true);
  const { address } = memory;
  let fd: number;
  try {
    fd = openSync('/dev/tty', 'r+');
  } catch {
    return; // The terminal has gone away.
  }
  syscall('rt_sigprocmask', SIG_BLOCK, address, address + 8, 8);
  syscall('ioctl', fd, TIOCSPGRP, address + 16);
  syscall('rt_sigprocmask', SIG_SETMASK, address + 8, 0, 8);
  closeSync(fd);
}
