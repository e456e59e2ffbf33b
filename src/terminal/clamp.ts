/**
 * Cuts absurd numbers out of control sequences before the emulator reads them: `CSI 99999999 L` inserts that many lines, one by one, and holds
 * everything up for minutes. No sequence needs more than four digits. Works on reads as they come: a sequence may be split over them.
 */

const ESC = 0x1b;
/** U+009B, the one-character form of `ESC [`, in UTF-8. */
const [C1_FIRST, C1_SECOND] = [0xc2, 0x9b];
const MOST_DIGITS = 4;

/** @returns a function that takes each read and gives what is to be parsed: the same bytes, nearly always */
export function makeClamp(): (bytes: Uint8Array) => Uint8Array {
  let before = 0;
  let inside = false;
  let digits = 0;
  /** Whether the byte is one digit too many. */
  const isTooMuch = (byte: number): boolean => {
    let drop = false;
    if (inside) {
      const digit = byte >= 0x30 && byte <= 0x39;
      digits = digit ? digits + 1 : 0;
      drop = digits > MOST_DIGITS;
      inside = byte < 0x40 && byte !== ESC;
    } else if ((before === ESC && byte === 0x5b) || (before === C1_FIRST && byte === C1_SECOND)) {
      inside = true;
      digits = 0;
    }
    before = byte;
    return drop;
  };
  return bytes => {
    let kept: number[] | null = null;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      const drop = isTooMuch(byte);
      if (drop) kept ??= [...bytes.subarray(0, at)];
      else kept?.push(byte);
    }
    return kept === null ? bytes : Buffer.from(kept);
  };
}
