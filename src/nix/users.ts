/** Names of users, for people's eyes. */
import { readRegularFile } from './read-regular.ts';

let table: ReadonlyMap<number, string> | null = null;

/** The name that /etc/passwd gives to a uid (the first, as getpwuid(3) does); null where it has none, as for Nix' auto-allocated ids. */
export function userName(uid: number): string | null {
  table ??= readTable();
  return table.get(uid) ?? null;
}

function readTable(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const text = readRegularFile('/etc/passwd', { maxBytes: 16 * 1024 * 1024, follow: true });
  if (!text.ok) return names;
  for (const line of text.value.toString('utf8').split('\n')) {
    const [name = '', , uid = ''] = line.split(':');
    if (/^\d+$/.test(uid) && name !== '' && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}
