/** Refusals of overlays that were met before: remembered in the sessions' directory, a line each, `KERNEL DEVICE ERRNO`. */
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import type * as System from 'node:os';
import { fsPath, type HostPath } from '../base/path.ts';

const REFUSED = 'overlay-refused';

/** What a kernel can be asked for: an overlay over a kept directory, another user's files shown as one's own, or a layer above the store in one place or another. */
export type Asked = 'overlay' | 'ids' | 'store-session' | 'store-memory';

/** The reason against asking once more for this directory's file system; null where there is none. */
export function knownRefusal(place: HostPath, content: HostPath, asked: Asked): string | null {
  let text: string;
  try {
    text = readFileSync(fsPath(`${place}/${REFUSED}`), 'utf8').slice(0, 10_000);
  } catch {
    return null;
  }
  const key = refusalKey(content, asked);
  const line = text.split('\n').find(known => known.startsWith(key));
  if (line === undefined) return null;
  const errno = /^E[A-Z0-9]+$/.exec(line.slice(key.length))?.[0] ?? 'an error';
  return `the kernel refused it here before, with ${errno} (remove ${place}/${REFUSED} to try again)`;
}

/** What may be otherwise the next time: a full disk (on which the kernel mounts read-only), memory, limits. */
const PASSING: ReadonlySet<string> = new Set(['ENOSPC', 'EROFS', 'EDQUOT', 'ENOMEM', 'EMFILE', 'ENFILE']);

/** Whether a refusal with this errno says nothing of the next time. */
export function isPassing(errno: string): boolean {
  return PASSING.has(errno);
}

function refusalKey(content: HostPath, asked: Asked): string {
  return `${(require('node:os') as typeof System).release()} ${statSync(fsPath(content)).dev}${asked === 'overlay' ? '' : `/${asked}`} `;
}

/** Remembers that the kernel refused it over this directory's file system, so that it is not tried, and said, each time. */
export function rememberRefusal(place: HostPath, content: HostPath, asked: Asked, errno: string): void {
  try {
    appendFileSync(fsPath(`${place}/${REFUSED}`), `${refusalKey(content, asked)}${errno}\n`, { mode: 0o600 });
  } catch {
    // Then it is tried once more next time.
  }
}
