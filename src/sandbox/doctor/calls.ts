/** Single system calls that the doctor tries: whether the kernel knows them, whether a filter answers first, how code gets a page. */
import { errnoName } from '../../base/errno.ts';
import { mapAnonymously, mapThroughFile, stubCode } from '../../ffi/stub.ts';
import { ownArchitecture, type SyscallName, syscall } from '../../ffi/syscalls.ts';
import { CLONE } from '../kernel.ts';

/** The errno of each way to get a page of code, null where it works. */
export interface CodePage {
  readonly memfd: string | null;
  readonly anonymous: string | null;
}

const CLONE_FS = 0x200;
const CLONE_THREAD = 0x10000;

/** The kernel refuses these flags together, three times over, before it asks for any right (clone(2)): nothing is ever made. */
export function impossibleClone(): string {
  return errnoName(-syscall('clone', CLONE.CLONE_NEWUSER | CLONE_FS | CLONE_THREAD, 0, 0, 0, 0));
}

/** Calls that the sandbox cannot do without, younger than Linux 4, with arguments that no kernel accepts. */
const NEEDED: readonly (readonly [SyscallName, readonly number[]])[] = [
  ['memfd_create', [0, 0xffff]],
  ['execveat', [-1, 0, 0, 0, 0]],
  ['pidfd_open', [-1, 0]],
  ['mount_setattr', [-1, 0, 0xffff_ffff, 0, 0]],
];

/** Those of {@link NEEDED} that the kernel does not know, or that a filter hides. */
export function missingCalls(): readonly string[] {
  return NEEDED.filter(([name, args]) => errnoName(-syscall(name, ...args)) === 'ENOSYS').map(([name]) => name);
}

/** Tries both ways, and leaves neither page mapped. */
export function codePage(): CodePage {
  const code = stubCode(ownArchitecture());
  const errno = (address: number): string | null => {
    if (address > 0) syscall('munmap', address, 4096);
    return address > 0 ? null : errnoName(-address);
  };
  return { memfd: errno(mapThroughFile(code)), anonymous: errno(mapAnonymously(code)) };
}
