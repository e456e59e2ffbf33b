/** A row of a terminal, held on to while lines come below it and are dropped above it. */
import type { Screen } from './screen.ts';

export interface HeldRow {
  /** Where it is now, from the oldest; null where it was dropped, or another screen is shown. */
  row(): number | null;
  release(): void;
}

/** Holds one. */
export function holdRow(terminal: Screen['terminal'], row: number): HeldRow {
  const { type, baseY, cursorY } = terminal.buffer.active;
  // There are no markers on the alternate screen, and nothing is dropped from it.
  const marker = type === 'normal' ? terminal.registerMarker(row - baseY - cursorY) : undefined;
  const at = (): number => (marker === undefined ? row : marker.line);
  return {
    row: () => (terminal.buffer.active.type === type && at() >= 0 ? at() : null),
    release: () => marker?.dispose(),
  };
}
