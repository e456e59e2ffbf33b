/** A Node that is too old to run the program (docs/decisions/0013-supported-versions.md), as is that of Debian 12. */

/** @param version of Node: `20.11.0` @returns what is said about one that is too old; null for others */
export function tooOld(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 11)) return null;
  return `cannot start: this is Node ${version}, and 20.11 or newer is needed; the first node in PATH is taken`;
}
