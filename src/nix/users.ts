/** Names of users, for people's eyes. */
import { readRegularFile } from './read-regular.ts';

let accounts: string | null = null;

/** The name that /etc/passwd gives to a uid (the first, as getpwuid(3) does); null where it has none, as for Nix' auto-allocated ids. */
export function userName(uid: number): string | null {
  accounts ??= readAccounts();
  // Searched, not read into a table: a plain run asks for one.
  return new RegExp(`^([^:\\n]+):[^:\\n]*:${uid}:`, 'm').exec(accounts)?.[1] ?? null;
}

function readAccounts(): string {
  const text = readRegularFile('/etc/passwd', { maxBytes: 16 * 1024 * 1024, follow: true });
  return text.ok ? text.value.toString('utf8') : '';
}
