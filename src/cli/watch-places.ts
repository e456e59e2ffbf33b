/** Says when kept build directories come or go. */
import { type FSWatcher, watch } from 'node:fs';
import { fsPath } from '../base/path.ts';
import { shapeOf } from '../nix/layout.ts';
import { type Places, placesOf } from '../nix/locations.ts';

/** Builds come with several events, and /tmp has others, too. */
const SETTLE_MS = 200;

/** Watches until it is stopped. Places that are not there, or that the kernel cannot watch, are left out. @returns the stop */
export function watchPlaces(places: Places, changed: () => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      changed();
    }, SETTLE_MS);
  };
  const watchers = placesOf(places).flatMap(place => watcher(place, soon));
  return () => {
    if (timer !== null) clearTimeout(timer);
    for (const each of watchers) each.close();
  };
}

function watcher(place: string, soon: () => void): readonly FSWatcher[] {
  try {
    const made = watch(fsPath(place), { persistent: false }, (_, name) => {
      if (name === null || shapeOf(`${place}/${name}`) !== null) soon();
    });
    // The place itself may be removed (EPERM, ENOENT): then nothing comes there any more.
    made.on('error', () => made.close());
    return [made];
  } catch {
    return [];
  }
}
