/** From the real terminal's input to whoever has the keyboard: Ink's virtual input, or the program in the pane. */
import type { InnerPane } from './pane.ts';
import { type InputEvent, mouseReport, ROUTER_START, type RouterState, route } from './router.ts';
import type { Rect, View } from './terminal-app.ts';

export interface InputTargets {
  /** What is shown, and who has the keyboard. */
  view(): View & { readonly pane: InnerPane | null };
  /** The byte of the reserved key. */
  readonly reserved: number;
  toChrome(bytes: Buffer): void;
  /** The reserved key was pressed: the chrome gets what follows. */
  onReserved(): void;
}

/** A lone ESC is the key after this time: a sequence comes in one piece. */
const ESCAPE_MS = 25;

/** @returns what takes the bytes of each read */
export function makeInput(targets: InputTargets): (bytes: Buffer) => void {
  let state: RouterState = ROUTER_START;
  let timer: NodeJS.Timeout | null = null;

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
    else toPane(pane, rect, event);
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

/** One event for the program; what it did not ask for it does not get. */
function toPane(pane: InnerPane, rect: Rect, event: Exclude<InputEvent, { kind: 'reserved' }>): void {
  const { on } = pane.screen.modes;
  switch (event.kind) {
    case 'bytes':
      return pane.write(event.bytes);
    case 'pasteStart':
    case 'pasteEnd':
      if (on.has(2004)) pane.write(event.kind === 'pasteStart' ? '\u001b[200~' : '\u001b[201~');
      return;
    case 'focus':
      if (on.has(1004)) pane.write(event.gained ? '\u001b[I' : '\u001b[O');
      return;
    case 'mouse': {
      const x = event.x - rect.x;
      const y = event.y - rect.y;
      if (x < 0 || y < 0 || x >= rect.columns || y >= rect.rows) return;
      const report = mouseReport({ ...event, x, y }, on.has(1006));
      if (report !== null) pane.write(report);
    }
  }
}
