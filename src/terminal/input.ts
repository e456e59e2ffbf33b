/** From the real terminal's input to whoever has the keyboard: Ink's virtual input, or the program in the pane. */
import type { InnerView } from './frame.ts';
import { mouseEncoding, mouseMode } from './modes.ts';
import type { InnerPane } from './pane.ts';
import { type InputEvent, mouseReport, ROUTER_START, type RouterState, route } from './router.ts';
import type { Rect } from './terminal-app.ts';

export interface InputTargets {
  /** What is shown, and who has the keyboard. */
  view(): InnerView;
  /** The byte of the reserved key. */
  readonly reserved: number;
  toChrome(bytes: Buffer): void;
  /** The reserved key was pressed: the chrome gets what follows. */
  onReserved(): void;
}

type Mouse = Extract<InputEvent, { kind: 'mouse' }>;

/** A lone ESC is the key after this time: a sequence comes in one piece. */
const ESCAPE_MS = 25;

/** @returns what takes the bytes of each read */
export function makeInput(targets: InputTargets): (bytes: Buffer) => void {
  let state: RouterState = ROUTER_START;
  let timer: NodeJS.Timeout | null = null;
  /** A button was pressed within the pane, and not released yet. */
  let pressed = false;

  const flushPending = (): void => {
    timer = null;
    const { pending, pasting } = state;
    state = { pending: ROUTER_START.pending, pasting };
    if (pending.length > 0) handle({ kind: 'bytes', bytes: pending });
  };

  const handle = (event: InputEvent): void => {
    const { pane, rect, focus } = targets.view();
    if (focus === 'chrome' || pane === null || rect === null) {
      if (event.kind === 'bytes') targets.toChrome(event.bytes);
      else if (event.kind === 'reserved') targets.toChrome(Buffer.from([targets.reserved]));
      return;
    }
    if (event.kind === 'reserved') targets.onReserved();
    else if (event.kind === 'mouse') mouse(pane, rect, event);
    else toPane(pane, event);
  };

  /** Towards the pane's own corner. A drag that leaves the pane goes on at its edge, so that its end is not missed. */
  const mouse = (pane: InnerPane, rect: Rect, event: Mouse): void => {
    const x = clamp(event.x - rect.x, rect.columns);
    const y = clamp(event.y - rect.y, rect.rows);
    const inside = x === event.x - rect.x && y === event.y - rect.y;
    if (!inside && !pressed) return;
    if ((event.button & NO_PRESS) === 0) pressed = !event.release;
    const report = mouseReport({ ...event, x, y }, mouseEncoding(pane.screen.modes));
    if (report !== null && mouseMode(pane.screen.modes) !== null) pane.write(report);
  };

  return bytes => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const { focus, pane } = targets.view();
    if ((focus === 'chrome' || pane === null) && state.pending.length === 0 && !state.pasting)
      return targets.toChrome(bytes);
    const routed = route(state, bytes, targets.reserved);
    state = routed.state;
    for (const event of routed.events) handle(event);
    if (state.pending.length > 0) timer = setTimeout(flushPending, ESCAPE_MS);
  };
}

/** Of a report's button: it tells of a movement (32) or of the wheel (64). */
const NO_PRESS = 32 | 64;

function clamp(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1);
}

/** One event for the program; what it did not ask for it does not get. */
function toPane(pane: InnerPane, event: Exclude<InputEvent, { kind: 'reserved' | 'mouse' }>): void {
  const { on } = pane.screen.modes;
  switch (event.kind) {
    case 'bytes':
      return pane.write(event.bytes);
    case 'pasteStart':
    case 'pasteEnd':
      if (on.has(2004)) pane.write(event.kind === 'pasteStart' ? '\u001b[200~' : '\u001b[201~');
      return;
    case 'focus':
      return pane.focused(event.gained);
  }
}
