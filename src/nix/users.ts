/** Names of users, for people's eyes. */
import { readRegularFile } from './read-regular.ts';

let users: string | null = null;

/**
 * The name that /etc/passwd gives to a uid (the first, as getpwuid(3) does); null where it has none, as for Nix' auto-allocated ids.
 * Searched, not read into a table: a plain run asks for one.
 */
export function userName(uid: number): string | null {
  users ??= textOf('/etc/passwd');
  return new RegExp(`^([^:\\n]+):[^:\\n]*:${uid}:`, 'm').exec(users)?.[1] ?? null;
}

/** The first of the ids that Nix hands out by itself (`auto-allocate-uids`, its setting `start-id`). */
const ALLOCATED = 0x34000000;

/** Whether a uid is one that builds run as: `nixbld1` and so on, or one without a name that Nix has allocated. */
export function isBuildUser(uid: number): boolean {
  return /^_?nixbld\d+$/.test(userName(uid) ?? '') || (uid >= ALLOCATED && uid < ALLOCATED + 128 * 65_536);
}

function textOf(file: string): string {
  const text = readRegularFile(file, { maxBytes: 16 * 1024 * 1024, follow: true });
  return text.ok ? text.value.toString('utf8') : '';
}
