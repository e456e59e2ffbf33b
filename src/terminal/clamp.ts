/**
 * Cuts absurd counts out of control sequences before the emulator reads them: `CSI 9999 L` inserts that many lines, one by one, and 64 KiB of
 * it hold everything up for minutes. No count does more than one that is as high or as wide as the screen. Works on reads as they come: a
 * sequence may be split over them, and is held back until its last byte says what its numbers mean. Colours without a colour space get one.
 */

/** The screen that the counts are for. */
export interface Extent {
  readonly columns: number;
  readonly rows: number;
}

/** Final bytes, after their intermediate ones, whose number is a count of lines (IL, DL, SU, SD). */
const LINES: ReadonlySet<string> = new Set(['L', 'M', 'S', 'T']);
/** Of characters or columns (ICH, DCH, ECH, REP, CHT, CBT, SL, SR, DECIC, DECDC). */
const COLUMNS: ReadonlySet<string> = new Set(['@', 'P', 'X', 'b', 'I', 'Z', ' @', ' A', "'}", "'~"]);
/** Longer sequences are dropped whole: xterm.js takes 32 numbers. */
const LONGEST = 400;

const ESC = 0x1b;
const CAN = 0x18;
const SUB = 0x1a;
const CANCELLED = String.fromCharCode(CAN);
/** U+009B, the one-character form of `ESC [`, in UTF-8. */
const [C1_FIRST, C1_SECOND] = [0xc2, 0x9b];

/** A sequence that may be one of the above, or is not whole: all before it is given on as it is. */
const COUNTED = /(?:\u001b\[|\u009b)[\u0000-?]*(?:[@PXbIZALMST}~]|$)/g;

/** `CSI 38 : 2 : R : G : B m`, as many programs write it: the standard, and xterm.js, have a colour space before the red. */
const SPACELESS = /[345]8:2:\d*:\d*:\d*[;m]/;
const SPACELESS_PART = /(^|;)([345]8:2):(\d*:\d*:\d*)(?=;|$)/g;

/** Where in a read, its bytes as characters, something begins that may have to be changed; its length where nothing does. */
function firstCounted(text: string, from: number): number {
  COUNTED.lastIndex = from;
  return COUNTED.exec(text)?.index ?? text.length;
}

/** @returns a function that takes each read and gives what is to be parsed: the same bytes, nearly always */
export function makeClamp(extent: () => Extent): (bytes: Uint8Array) => Uint8Array {
  /** What follows `ESC [` of the sequence that goes on; null outside of one. */
  let held: string | null = null;
  let before = 0;

  const step = (byte: number, out: number[]): void => {
    if (held === null) {
      const begins = (before === ESC && byte === 0x5b) || (before === C1_FIRST && byte === C1_SECOND);
      if (begins) held = '';
      out.push(byte);
    } else if (byte === ESC || byte === CAN || byte === SUB || byte >= 0x80) {
      // Broken off, or one that the emulator ignores up to its end: either way it counts nothing.
      send(held.length < LONGEST ? held : CANCELLED, out);
      held = null;
      out.push(byte);
    } else if (byte < 0x20) out.push(byte);
    else if (byte < 0x40) held += held.length < LONGEST ? String.fromCharCode(byte) : '';
    else if (byte !== 0x7f) {
      send(held.length < LONGEST ? limited(held, byte, extent()) : CANCELLED, out);
      held = null;
    }
    before = byte;
  };

  const inGround = (): boolean => held === null && before !== ESC && before !== C1_FIRST;

  return bytes => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    // Rare: such a read is gone through byte by byte.
    const spaceless = text.includes('8:2:') && SPACELESS.test(text);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const next = inGround() && !spaceless ? firstCounted(text, at) : at;
      if (next > at) {
        parts.push(bytes.subarray(at, next));
        before = bytes[next - 1] ?? before;
        at = next;
      }
      const out: number[] = [];
      while (at < bytes.length && (at === next || spaceless || !inGround())) {
        step(bytes[at] ?? 0, out);
        at += 1;
      }
      if (next === bytes.length && parts.length === 1) return bytes;
      parts.push(Buffer.from(out));
    }
    return Buffer.concat(parts);
  };
}

function send(text: string, out: number[]): void {
  for (let at = 0; at < text.length; at += 1) out.push(text.charCodeAt(at));
}

/** The numbers and the end of a sequence, with counts that the screen has room for, and colours where xterm.js looks for them. */
function limited(held: string, final: number, { columns, rows }: Extent): string {
  const end = String.fromCharCode(final);
  const kind = (/[ -/]*$/.exec(held)?.[0] ?? '') + end;
  if (kind === 'm') return held.replace(SPACELESS_PART, '$1$2::$3') + end;
  const most = LINES.has(kind) ? rows : COLUMNS.has(kind) ? columns : null;
  // A private one, `CSI ? … S`, is another function.
  if (most === null || /^[<-?]/.test(held)) return held + end;
  return held.replace(/\d+/g, digits => String(Math.min(Number(digits), most))) + end;
}
