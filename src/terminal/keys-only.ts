/**
 * Of what the real terminal sends while the chrome has the keyboard: keys and pastes. Its answers and reports (a mouse that a program had asked
 * for, seen late over a slow line) are no keys; Esc and a key that arrive together are two.
 */

export interface KeysState {
  /** The start of a sequence that may go on in the next read. */
  readonly pending: string;
  readonly pasting: boolean;
}

export const KEYS_START: KeysState = { pending: '', pasting: false };

const PASTE_START = '\u001b[200~';
const PASTE_END = '\u001b[201~';
/** Esc without a doubt, as kitty's protocol writes it: nothing that follows can make another key of it. */
const ESCAPE = '\u001b[27u';

/** Cursor and function keys (ctlseqs, "Special Keyboard Keys"; the Linux console's `[[A`), and those of kitty's protocol. */
const KEY = /\u001b(?:\[(?:\[[A-E]|[\d;:]*[A-FHPQSZ~u])|O[A-FHMP-Sj-y])/y;
/** Reports and answers: mouse, focus, CSI, and strings (OSC, DCS, APC) that begin as a terminal's do. */
const NO_KEY =
  /\u001b(?:\[M[^]{3}|\[[0-?]*[ -/]*[@-LN-Z\\-~]|\[[<\d;]+M|(?:\]\d|P[\d>!=+$]|_[A-Za-z])[^\u0007\u001b]*(?:\u0007|\u001b\\))/y;
/** What can still become one of these. */
const STARTED =
  /\u001b(?:O|\[(?:\[|M[^]{0,2}|[0-?]*[ -/]*)?|[\]P_]|(?:\]\d|P[\d>!=+$]|_[A-Za-z])[^\u0007\u001b]{0,4096}\u001b?)?$/y;

/**
 * @param input bytes as latin1: a character may be split over reads anywhere
 * @returns what the chrome gets, and the state for the next read
 */
export function keysOnly(state: KeysState, input: string): { readonly keys: string; readonly state: KeysState } {
  const text = state.pending + input;
  let { pasting } = state;
  let keys = '';
  for (let at = 0; at < text.length; ) {
    // In a paste nothing but its end is looked at.
    const escape = text.indexOf(pasting ? PASTE_END : '\u001b', at);
    if (escape < 0) {
      const rest = text.length - (pasting ? startOf(PASTE_END, text.slice(at)) : 0);
      return { keys: keys + text.slice(at, rest), state: { pending: text.slice(rest), pasting } };
    }
    keys += text.slice(at, escape);
    at = escape;
    const key = matched(KEY, text, at);
    if (key !== null) {
      if (key === PASTE_START || key === PASTE_END) pasting = key === PASTE_START;
      keys += key;
      at += key.length;
      continue;
    }
    const ignored = matched(NO_KEY, text, at);
    if (ignored === null && matched(STARTED, text, at) !== null)
      return { keys, state: { pending: text.slice(at), pasting } };
    if (ignored === null) keys += ESCAPE;
    at += ignored?.length ?? 1;
  }
  return { keys, state: { pending: '', pasting } };
}

/** How many characters at the text's end may be the start of the mark. */
function startOf(mark: string, text: string): number {
  for (let length = mark.length - 1; length > 0; length -= 1) if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

/** What a start becomes when nothing follows: Esc and a character are keys, more is a report that was cut off. */
export function keysOfStart({ pending, pasting }: KeysState): string {
  if (pasting || pending === '') return pending;
  return pending.length > 2 ? '' : ESCAPE + pending.slice(1);
}

function matched(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** A lone Esc is the key after this time: a sequence comes in one piece. */
const ESCAPE_MS = 25;
/** So long for the rest of one that has begun: nobody types that. */
const REST_MS = 500;

/** @param feed gets the bytes of keys and pastes @returns what takes the bytes of each read */
export function makeKeysOnly(feed: (bytes: Buffer) => void): (bytes: Buffer) => void {
  let state = KEYS_START;
  let timer: NodeJS.Timeout | null = null;
  const give = (keys: string): void => {
    if (keys !== '') feed(Buffer.from(keys, 'latin1'));
  };
  const flush = (): void => {
    const keys = keysOfStart(state);
    state = { ...state, pending: '' };
    give(keys);
  };
  return bytes => {
    if (timer !== null) clearTimeout(timer);
    const next = keysOnly(state, bytes.toString('latin1'));
    ({ state } = next);
    give(next.keys);
    timer = state.pending === '' ? null : setTimeout(flush, state.pending.length > 2 ? REST_MS : ESCAPE_MS).unref();
  };
}
