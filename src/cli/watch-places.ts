/** Says when kept build directories come or go. */
import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { fsPath } from '../base/path.ts';
import { shapeOf } from '../nix/layout.ts';
import { type Places, placesOf } from '../nix/locations.ts';

/** Builds come with several events, and /tmp has others, too. */
const SETTLE_MS = 200;

/** Watches until it is stopped: also places that are not there yet, or that go and come again. Those that the kernel cannot watch are left out. @returns the stop */
export function watchPlaces(places: Places, changed: () => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      changed();
    }, SETTLE_MS);
  };
  const stops = placesOf(places).map(place => watchPlace(place, soon));
  return () => {
    if (timer !== null) clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

/** Watches a place; while it is not there, the nearest directory above it. */
function watchPlace(place: string, soon: () => void): () => void {
  let watcher: FSWatcher | null = null;
  let stopped = false;
  /** Watches the next directory up where this one cannot be. */
  const arm = (from: string, again = true): void => {
    watcher?.close();
    watcher = null;
    let at = from;
    for (; !stopped && watcher === null; at = dirname(at)) {
      const here = at;
      watcher = watched(
        here,
        name => happened(here, name),
        () => lost(here),
      );
      if (watcher !== null || at === '/') break;
    }
    // It may have come while another directory was chosen.
    if (again && at !== place && isThere(place)) arm(place, false);
  };
  const happened = (at: string, name: string | null): void => {
    if (at !== place) {
      const next = place.slice(at === '/' ? 1 : at.length + 1).split('/')[0];
      if (name !== null && name !== next) return;
      arm(place);
      return soon();
    }
    if (!isThere(place)) return lost(at);
    if (name === null || shapeOf(`${place}/${name}`) !== null) soon();
  };
  const lost = (at: string): void => {
    arm(dirname(at));
    soon();
  };
  arm(place);
  return () => {
    stopped = true;
    watcher?.close();
  };
}

function isThere(path: string): boolean {
  return statSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @returns null where it is not there, is no directory, or cannot be watched */
function watched(directory: string, happened: (name: string | null) => void, lost: () => void): FSWatcher | null {
  try {
    if (!isThere(directory)) return null;
    const made = watch(fsPath(directory), { persistent: false }, (_, name) => happened(name));
    made.on('error', lost);
    return made;
  } catch {
    return null;
  }
}
