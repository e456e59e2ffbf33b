/** Starts a program through libc: posix_spawn(3), which does not copy our memory and needs no code of ours in the child. */
import { koffi } from './koffi.ts';
import { allocate } from './memory.ts';

/** More than `posix_spawn_file_actions_t` takes: 80 bytes with glibc and with musl. */
const FILE_ACTIONS = 256;

const POINTER = 'uint64_t';

/** Node marks these, too, to be closed by exec. */
const STANDARD_STREAMS = [0, 1, 2];

/**
 * Executes the file of a descriptor, without an environment.
 * @param inherited the descriptors that it keeps besides 0 to 2, by their own numbers; all are closed by exec here
 * @returns its process id, or -errno
 */
export function spawnFile(fd: number, name: string, inherited: readonly number[]): number {
  const libc = koffi().load(null);
  const actions = allocate(FILE_ACTIONS);
  const init = libc.func('posix_spawn_file_actions_init', 'int', [POINTER]);
  const dup = libc.func('posix_spawn_file_actions_adddup2', 'int', [POINTER, 'int', 'int']);
  const destroy = libc.func('posix_spawn_file_actions_destroy', 'int', [POINTER]);
  const spawn = libc.func(
    'posix_spawn',
    'int',
    Array.from({ length: 6 }, () => POINTER),
  );
  // pid, argv with its end, an empty environment; then the strings.
  const block = allocate(64 + 64 + name.length + 1);
  const words = { pid: 0, argv: 8, environment: 24, path: 64, name: 128 };
  block.bytes.write(`/proc/self/fd/${fd}\0`, words.path, 'latin1');
  block.bytes.write(`${name}\0`, words.name, 'latin1');
  block.bytes.writeBigUInt64LE(BigInt(block.address + words.name), words.argv);
  init(actions.address);
  // A descriptor that is duplicated onto itself is kept by exec (posix_spawn_file_actions_adddup2(3)).
  for (const kept of [...STANDARD_STREAMS, ...inherited]) dup(actions.address, kept, kept);
  const at = (word: keyof typeof words): number => block.address + words[word];
  const errno = Number(spawn(at('pid'), at('path'), actions.address, 0, at('argv'), at('environment')));
  destroy(actions.address);
  return errno === 0 ? block.bytes.readInt32LE(words.pid) : -errno;
}
