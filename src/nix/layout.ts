/** What the path of a kept build directory tells (nix-sandbox.md, sections 1.1 and 1.2). Pure: nothing is looked at. */
import type { BuildSystem, Layout } from './kept-build.ts';

/** A base name that a package manager gives to build directories. */
export interface Shape {
  readonly system: BuildSystem;
  /** The derivation's name, where the path has it. */
  readonly name: string | null;
  /** The process that made it, where the path has it. */
  readonly pid: number | null;
  /** The sub-directories in which the content may lie. */
  readonly inner: readonly Exclude<Layout, 'flat'>[];
}

/** The sub-directories that can hold the content, in the order in which they are tried. */
export const INNER = ['build', 'b', 'top'] as const satisfies readonly Layout[];

/** The last component of a path without a trailing `/`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The directory that holds `path`: `/` for `/x`. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** `directory/name`, without a double slash at the root. */
export function child(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** The shape of a canonical path's last component, or null where no package manager names directories so. */
export function shapeOf(path: string): Shape | null {
  const base = baseName(path);
  const guix = /^guix-build-(.+)\.drv-(\d+)$/s.exec(base);
  if (guix !== null) return { system: 'guix', name: guix[1] ?? null, pid: null, inner: ['top'] };
  const named = /^nix-build-(.+)\.drv-(\d+)(-\d+)?$/s.exec(base);
  if (named !== null) {
    const pid = named[3] === undefined ? null : Number(named[2]);
    return { system: 'nix', name: named[1] ?? null, pid, inner: ['build', 'b'] };
  }
  const numbered = /^nix-(\d+)-\d+$/.exec(base);
  if (numbered !== null) return { system: 'nix', name: null, pid: Number(numbered[1]), inner: ['build'] };
  if (/^[0-9abcdfghijklmnpqrsvwxyz]{26}$/.test(base) && lixPlace(baseName(parentOf(path))))
    return { system: 'lix', name: null, pid: null, inner: ['b'] };
  return null;
}

/** Lix' random names count only where Lix puts them: `/nix/var/nix/b`, or `nix-builds-UID…` in the temporary directory. */
function lixPlace(parent: string): boolean {
  return parent === 'b' || /^nix-builds-\d+/.test(parent);
}

/** The package manager, from the shape of the path and from where the content lies. */
export function systemOf(shape: Shape | null, layout: Layout, guixEnvironment: boolean): BuildSystem {
  if (layout === 'b') return 'lix';
  if (shape !== null) return shape.system;
  return guixEnvironment || layout === 'top' ? 'guix' : 'nix';
}
