/**
 * What the person types while a pane has the keyboard, as events: the reserved key, pastes, mouse reports and focus are told apart, all else
 * goes on as it is. A pure state machine over bytes; a character or a sequence may be split over reads anywhere.
 */

export type InputEvent =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'reserved' }
  | { readonly kind: 'pasteStart' }
  | { readonly kind: 'pasteEnd' }
  | {
      readonly kind: 'mouse';
      readonly button: number;
      readonly x: number;
      readonly y: number;
      readonly release: boolean;
    }
  | { readonly kind: 'focus'; readonly gained: boolean };

export interface RouterState {
  /** The start of a sequence that may go on in the next read; a lone ESC is flushed after a moment by the caller. */
  readonly pending: Buffer;
  readonly pasting: boolean;
}

export const ROUTER_START: RouterState = { pending: Buffer.alloc(0), pasting: false };

const ESC = 0x1b;
/** Longer ones are no reports. */
const LONGEST = 32;

/** `ESC [ 200 ~`, `ESC [ 201 ~`, `ESC [ I`, `ESC [ O`, `ESC [ < 0 ; 1 ; 1 M`: a whole one. */
const WHOLE = /^\u001b\[(?:(200~|201~)|([IO])|<(\d{1,5});(\d{1,5});(\d{1,5})([Mm]))/;
/** What can still become one. */
const PREFIX = /^\u001b(?:\[(?:2|20|200|201|<[\d;]*)?)?$/;

/**
 * @param reserved the byte of the reserved key (0x1d is Ctrl-])
 * @returns the events, in order, and the state for the next read
 */
export function route(
  state: RouterState,
  input: Buffer,
  reserved: number,
): { readonly events: readonly InputEvent[]; readonly state: RouterState } {
  const bytes = state.pending.length === 0 ? input : Buffer.concat([state.pending, input]);
  const events: InputEvent[] = [];
  let { pasting } = state;
  let start = 0;
  const flush = (end: number): void => {
    if (end > start) events.push({ kind: 'bytes', bytes: bytes.subarray(start, end) });
  };
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at];
    if (byte === reserved && !pasting) {
      flush(at);
      events.push({ kind: 'reserved' });
      start = at += 1;
      continue;
    }
    if (byte !== ESC) {
      at += 1;
      continue;
    }
    const text = bytes.toString('latin1', at, at + LONGEST);
    const match = WHOLE.exec(text);
    const event = match === null ? null : eventOf(match, pasting);
    if (match !== null && event !== null) {
      flush(at);
      events.push(event);
      if (event.kind === 'pasteStart') pasting = true;
      if (event.kind === 'pasteEnd') pasting = false;
      start = at += match[0].length;
    } else if (match === null && at + text.length === bytes.length && PREFIX.test(text)) {
      flush(at);
      return { events, state: { pending: Buffer.from(bytes.subarray(at)), pasting } };
    } else at += 1;
  }
  flush(bytes.length);
  return { events, state: { pending: Buffer.alloc(0), pasting } };
}

/** In a paste only its end is no data. */
function eventOf(match: RegExpExecArray, pasting: boolean): InputEvent | null {
  const [, paste, focus, button, x, y, final] = match;
  if (paste === '201~') return { kind: 'pasteEnd' };
  if (pasting) return null;
  if (paste === '200~') return { kind: 'pasteStart' };
  if (focus !== undefined) return { kind: 'focus', gained: focus === 'I' };
  return { kind: 'mouse', button: Number(button), x: Number(x) - 1, y: Number(y) - 1, release: final === 'm' };
}

/** DECSET numbers of the encodings, null for the first one (ctlseqs, "Extended coordinates"). */
export type MouseEncoding = 1005 | 1006 | 1015 | null;

/** A mouse report in the encoding that the program asked for; null where that cannot say it (columns past 223 in the old one). */
export function mouseReport(
  { button, x, y, release }: Extract<InputEvent, { kind: 'mouse' }>,
  encoding: MouseEncoding,
): Buffer | null {
  if (encoding === 1006) return Buffer.from(`\u001b[<${button};${x + 1};${y + 1}${release ? 'm' : 'M'}`, 'latin1');
  const code = (release ? (button & ~3) | 3 : button) + 32;
  if (encoding === 1015) return Buffer.from(`\u001b[${code};${x + 1};${y + 1}M`, 'latin1');
  const words = [code, x + 33, y + 33];
  if (words.some(word => word > (encoding === 1005 ? 0x7ff : 0xff))) return null;
  return Buffer.from(`\u001b[M${String.fromCharCode(...words)}`, encoding === 1005 ? 'utf8' : 'latin1');
}
