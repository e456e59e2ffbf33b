/** The end of a plain run. */
import { syscall } from '../ffi/syscalls.ts';

/**
 * Ends the process at once: what Node takes apart in 2 ms (its heap, its threads), the kernel takes back in any case. Only where Node's streams
 * were not used, which leave the terminal and the modes of descriptors changed, and where nobody watches Node itself.
 */
export function endAtOnce(status: number): void {
  const watched = process.execArgv.length > 0 || 'NODE_OPTIONS' in process.env || 'NODE_V8_COVERAGE' in process.env;
  if (watched) process.exit(status);
  process.emit('exit', status);
  syscall('exit_group', status);
}
