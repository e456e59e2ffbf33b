/** Descriptors of processes (pidfd_open(2)): whether the process has ended. */
import { allocate } from './memory.ts';
import { syscall } from './syscalls.ts';

const POLLIN = 1;
const POLLFD_SIZE = 8;

/** A `struct pollfd` that asks whether the process of a pidfd has ended: the descriptor, the events that are waited for, those that came. */
export function pollFor(pidfd: number): Uint8Array {
  return new Uint8Array(new Int32Array([pidfd, POLLIN]).buffer);
}

/** Whether it has ended, or ends within some whole seconds. Nothing else is done meanwhile. */
export function hasEnded(pidfd: number, withinSeconds: number): boolean {
  const memory = allocate(POLLFD_SIZE + 16);
  new Uint8Array(memory.buffer).set(pollFor(pidfd));
  memory.view.setBigInt64(POLLFD_SIZE, BigInt(withinSeconds), true);
  return syscall('ppoll', memory.address, 1, memory.address + POLLFD_SIZE, 0, 8) === 1;
}
