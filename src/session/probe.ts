/** What the file system of the sessions can do, asked with a file that has no name. */
import { closeSync, constants, openSync } from 'node:fs';
import { errnoName } from '../base/errno.ts';
import { systemError } from '../base/failure.ts';
import { fsPath, type HostPath } from '../base/path.ts';
import { allocate } from '../ffi/memory.ts';
import { syscall } from '../ffi/syscalls.ts';
import { FICLONE, READ_FILE } from './linux.ts';

const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Whether files there can have the attributes in which an overlay notes what became of directories; null, or why not. */
export function attributesRefused(place: HostPath, space: 'user' | 'trusted'): string | null {
  const refused = withFile(place, file => {
    const name = `${space}.nix-build-shell\0`;
    const memory = allocate(name.length);
    memory.bytes.write(name, 0, 'latin1');
    const result = syscall('fsetxattr', file, memory.address, memory.address, 1, 0);
    return result < 0 ? `fsetxattr("${space}.…") = ${errnoName(-result)}` : null;
  });
  return refused === null ? null : `the file system of ${place} has no ${space} attributes: ${refused}`;
}

/** Whether a file there can share blocks with `sample`, ioctl_ficlonerange(2); null, or what it said. */
export function sharingRefused(place: HostPath, sample: string): string | null {
  return withFile(place, file => {
    const source = openSync(fsPath(sample), READ_FILE);
    const result = syscall('ioctl', file, FICLONE, source);
    closeSync(source);
    return result < 0 ? `ioctl(FICLONE) = ${errnoName(-result)}` : null;
  });
}

function withFile(place: HostPath, ask: (file: number) => string | null): string | null {
  let file = -1;
  try {
    file = openSync(fsPath(place), constants.O_RDWR | O_TMPFILE, 0o600);
    return ask(file);
  } catch (error) {
    const { call, errno } = systemError(error);
    return `${call} = ${errno}`;
  } finally {
    if (file >= 0) closeSync(file);
  }
}
