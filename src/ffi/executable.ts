/**
 * Files that hold a generated program: in a memfd, or, where memfds may not be executed (vm.memfd_noexec=2), in a temporary file
 * whose name is removed at once (executor.md, sections 3 and 8).
 */
import { accessSync, closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { fsPath } from '../base/path.ts';
import { allocate } from './memory.ts';
import { type Failed, type FileKind, failedBefore } from './request.ts';
import { syscall } from './syscalls.ts';

const MFD = { cloexec: 1, noexecSeal: 8, exec: 0x10 };
const EINVAL = 22;
const EIO = 5;

/** memfd_create(2); the flags of Linux 6.3 are left out where they are unknown. @returns a descriptor, or -errno */
function memoryFile(name: string, flag: number): number {
  const memory = allocate(name.length + 1);
  for (let at = 0; at < name.length; at += 1) memory.view.setUint8(at, name.charCodeAt(at));
  const fd = syscall('memfd_create', memory.address, MFD.cloexec | flag);
  return fd === -EINVAL ? syscall('memfd_create', memory.address, MFD.cloexec) : fd;
}

/** An anonymous file for data. @returns a descriptor that exec closes, or -errno */
export function dataFile(name: string): number {
  return memoryFile(name, MFD.noexecSeal);
}

/** An anonymous file with the given bytes that may be executed and mapped. @returns a descriptor, or -errno */
export function executableMemory(name: string, content: Uint8Array): number {
  return filled(memoryFile(name, MFD.exec), content);
}

/** An anonymous file for data, which is in it, and is read from its beginning. @returns a descriptor that exec closes, or -errno */
export function filledFile(name: string, content: Uint8Array): number {
  const fd = filled(dataFile(name), content);
  if (fd >= 0) syscall('lseek', fd, 0, 0);
  return fd;
}

function filled(fd: number, content: Uint8Array): number {
  if (fd < 0) return fd;
  const memory = allocate(content.length);
  new Uint8Array(memory.buffer).set(content);
  const written = syscall('write', fd, memory.address, content.length);
  if (written === content.length) return fd;
  syscall('close', fd);
  return written < 0 ? written : -EIO;
}

function errnoOf(error: unknown): number {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') return error.errno;
  throw error;
}

/** @returns a descriptor for reading, of a file that has no name any more, or -errno */
function unlinkedFile(content: Uint8Array, directory: string): number {
  const name = `${directory}/.nix-build-shell-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const path = fsPath(name);
  let reader = -1;
  try {
    const writer = openSync(path, 'wx', 0o700);
    try {
      writeSync(writer, content);
    } finally {
      closeSync(writer); // a file that is open for writing cannot be executed (ETXTBSY)
    }
    reader = openSync(path, 'r');
    // Tells whether the file system is mounted noexec: access(2).
    accessSync(path, constants.X_OK);
    return reader;
  } catch (error) {
    if (reader >= 0) closeSync(reader);
    return errnoOf(error);
  } finally {
    try {
      unlinkSync(path);
    } catch {
      // It was never made.
    }
  }
}

/**
 * A file with the given program, ready to be executed through its descriptor.
 * @param kinds the ways to try, in order
 * @param directories where a temporary file may be made
 */
export function programFile(
  name: string,
  content: Uint8Array,
  kinds: readonly FileKind[],
  directories: readonly string[],
): number | Failed {
  let failed = failedBefore(`open("…/.nix-build-shell-…", O_CREAT|O_EXCL)`, EINVAL);
  if (kinds.includes('memfd')) {
    const fd = executableMemory(name, content);
    if (fd >= 0) return fd;
    failed = failedBefore(`memfd_create("${name}", MFD_CLOEXEC|MFD_EXEC)`, -fd);
  }
  if (!kinds.includes('unlinked')) return failed;
  for (const directory of directories) {
    const fd = unlinkedFile(content, directory);
    if (fd >= 0) return fd;
    failed = failedBefore(`open("${directory}/.nix-build-shell-…", O_CREAT|O_EXCL)`, -fd);
  }
  return failed;
}
