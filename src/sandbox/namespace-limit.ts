/** Which limit of namespaces is none: clone(2) says ENOSPC for each of them (namespaces(7)). */
import { readFileSync } from 'node:fs';

const WORDS = ['user', 'mnt', 'pid', 'ipc', 'uts', 'net'] as const;

/** The name of the first `user.max_*_namespaces` that is 0 here; null where none is, or that cannot be read. */
export function closedLimit(): string | null {
  const word = WORDS.find(each => {
    try {
      return readFileSync(`/proc/sys/user/max_${each}_namespaces`, 'latin1').trim() === '0';
    } catch {
      return false;
    }
  });
  return word === undefined ? null : `user.max_${word}_namespaces`;
}
