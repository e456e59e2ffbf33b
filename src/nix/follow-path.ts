/** Follows a path name by name, as path_resolution(7) tells, where the kernel cannot: below another root, or in a sandbox that is not made yet. */

/** What stands at a path: a link, something to go on from, or the end of the way. */
export type Met = { readonly link: string } | 'on' | 'stop';

/** The kernel's limit. */
const MAX_LINKS = 40;

/**
 * @param path absolute; `..` does not leave the root
 * @param meet told each path on the way, without links before it
 * @returns the names of the path that is left when all links are followed, and how the way ended
 */
export function followPath(
  path: string,
  meet: (at: string) => Met,
): { readonly names: readonly string[]; readonly ended: 'all' | 'stopped' | 'circle' } {
  let names: string[] = [];
  const ahead = path.split('/').reverse();
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      names.pop();
      continue;
    }
    const met = meet(`/${[...names, name].join('/')}`);
    if (met === 'stop') return { names, ended: 'stopped' };
    if (met === 'on') {
      names.push(name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return { names, ended: 'circle' };
    if (met.link.startsWith('/')) names = [];
    ahead.push(...met.link.split('/').reverse());
  }
  return { names, ended: 'all' };
}
