/** The lists that a loop of the child goes through: files of records of one size (base/call.ts). */
import type { Call, Records } from '../base/call.ts';
import { toBytes } from '../base/path.ts';
import { filledFile } from './executable.ts';
import { type Failed, failedBefore } from './request.ts';
import { syscall } from './syscalls.ts';

/** A descriptor for each list of the calls, at its first record; or none. All are closed by exec. */
export function openRecords(calls: readonly Call[]): ReadonlyMap<Records, number> | Failed {
  const opened = new Map<Records, number>();
  for (const { args } of calls)
    for (const arg of args) {
      if (arg.kind !== 'records') continue;
      const fd = filledFile('nix-build-shell-paths', recordBytes(arg));
      if (fd >= 0) {
        opened.set(arg, fd);
        continue;
      }
      for (const other of opened.values()) syscall('close', other);
      return failedBefore('memfd_create("nix-build-shell-paths", MFD_CLOEXEC)', -fd);
    }
  return opened;
}

/** In one piece: there may be thousands. */
function recordBytes({ from, names, size }: Records): Uint8Array {
  const room = size - toBytes(`${from}/`).length;
  return toBytes(names.map(name => `${from}/${name.padEnd(room, '\0')}`).join(''));
}
