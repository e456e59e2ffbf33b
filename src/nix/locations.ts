/** Where kept build directories lie on this machine (nix-sandbox.md, section 1.1). */
import { hostPath } from '../base/path.ts';
import type { KeptBuild } from './kept-build.ts';
import { child, shapeOf } from './layout.ts';
import { inspectDirectory } from './recognise.ts';
import { names } from './signs.ts';
import { storeLayout } from './store-layout.ts';

export interface Places {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly storeRoot: string | null;
  /** More directories to look into. */
  readonly extra: readonly string[];
}

/** The directories in which kept builds lie, or may lie. */
export function placesOf({ environment, storeRoot, extra }: Places): readonly string[] {
  const { root } = storeLayout(storeRoot, 'nix');
  const more = (environment['NIX_BUILD_SHELL_PATH'] ?? '').split(':');
  const places = [
    environment['TMPDIR'] ?? '/tmp',
    '/tmp',
    '/var/tmp',
    `${root}/nix/var/nix/builds`,
    `${root}/nix/var/nix/b`,
    ...more,
    ...extra,
  ];
  const absolute = places.filter(place => place.startsWith('/'));
  return [...new Set(absolute.map(place => place.replace(/(.)\/+$/, '$1')))];
}

/** The kept builds of all places, newest first; a place that was given may be one itself. */
export async function listKeptBuilds(places: Places): Promise<readonly KeptBuild[]> {
  const found = new Map<string, KeptBuild>();
  for (const build of placesOf(places).flatMap(buildsIn)) found.set(build.outer, build);
  return [...found.values()].sort((a, b) => b.keptAtMs - a.keptAtMs);
}

function buildsIn(place: string): readonly KeptBuild[] {
  if (shapeOf(place) !== null) {
    const itself = inspectDirectory(hostPath(place), place);
    if (itself.ok) return [itself.value];
  }
  return (names(place) ?? []).flatMap(name => {
    const path = child(place, name);
    if (shapeOf(path) === null) return [];
    const build = inspectDirectory(hostPath(path), path);
    return build.ok ? [build.value] : [];
  });
}
