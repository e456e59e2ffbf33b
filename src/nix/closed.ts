/** A kept directory that the caller cannot enter: why, and what opens it. */
import { fail } from '../base/failure.ts';
import { shellWord } from '../base/printable.ts';
import type { KeptBuild } from './kept-build.ts';
import { lookAt } from './read-regular.ts';
import { userName } from './users.ts';

/** What can be done about a closed directory of this owner. */
export function openHint(path: string, uid: number): string {
  return isOwn(uid) ? `it is yours: chmod u+rx ${shellWord(path)}` : `it belongs to ${userName(uid) ?? uid}`;
}

/** Whether nothing but the privileged step can read the directory: not where it is the caller's own, or has gone away meanwhile. */
export function asksForPrivileges({ content, owner }: KeptBuild): boolean {
  return !isOwn(owner.uid) && lookAt(content).errno !== 'ENOENT';
}

/**
 * Why a build with `access: 'denied'` cannot be read, and what can be done.
 * @param otherwise what reads the directory of another user
 */
export function closedFailure(build: KeptBuild, otherwise: string): ReturnType<typeof fail> {
  const { content, owner } = build;
  const errno = lookAt(content).errno ?? 'EACCES';
  const hint = openHint(content, owner.uid);
  return fail(`read ${build.outer}`, {
    call: `open(${JSON.stringify(content)}, O_DIRECTORY)`,
    errno,
    hint: errno === 'ENOENT' ? 'it has just gone away' : isOwn(owner.uid) ? hint : `${hint}: ${otherwise}`,
  });
}

function isOwn(uid: number): boolean {
  return uid === process.geteuid?.();
}
