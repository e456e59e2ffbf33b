/** Names of Linux' errno values (errno(3); asm-generic/errno{,-base}.h: the same on x86_64 and aarch64). */
import { constants } from 'node:os';

const NAMES = new Map<number, string>();
for (const [name, value] of Object.entries(constants.errno)) if (!NAMES.has(value)) NAMES.set(value, name);
// Not known to libuv's table.
const MORE: readonly (readonly [number, string])[] = [
  [95, 'EOPNOTSUPP'],
  [116, 'ESTALE'],
  [117, 'EUCLEAN'],
  [122, 'EDQUOT'],
  [123, 'ENOMEDIUM'],
];
for (const [value, name] of MORE) NAMES.set(value, name);

/** The name of an errno value, `13` → `EACCES`; `errno 524` for one without a name. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}

/** The value of an errno name, `EACCES` → 13; 0 for an unknown one. */
export function errnoValue(name: string): number {
  for (const [value, known] of NAMES) if (known === name) return value;
  return 0;
}
