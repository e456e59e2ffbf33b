/**
 * How wide characters are: Unicode 11 and the emoji since, as most terminals count, with a limit to what piles up in one cell. Without one, a program that prints
 * combining marks without end makes one string that grows until V8 gives up.
 */
import { Unicode11Addon } from '@xterm/addon-unicode11';
import type { IUnicodeVersionProvider, Terminal } from '@xterm/headless';

const VERSION = '11-limited';
/** More marks than any script puts on one character; the longest emoji sequence has ten code points. */
const MOST_JOINED = 16;

/** xterm's packed properties (UnicodeService.createPropertyValue of 6.0.0): joins, two bits of width, 24 bits of state. */
const JOINS = 1;
const STATE_SHIFT = 3;
const ONE_CELL = 1 << 1;
const TWO_CELLS = 2 << 1;

/** The addon ends with Unicode 11. Later emoji are wide as the earlier ones, to programs and to terminals of today; flags are two of these. */
const FIRST_EMOJI = 0x1f300;
const EMOJI = /\p{Emoji_Presentation}/u;
const isWideEmoji = (code: number): boolean => code >= FIRST_EMOJI && EMOJI.test(String.fromCodePoint(code));

/** Has the terminal count so. */
export function limitMarks(terminal: Terminal): void {
  const provider = providerOfAddon();
  terminal.unicode.register({
    version: VERSION,
    wcwidth: code => (isWideEmoji(code) ? 2 : provider.wcwidth(code)),
    charProperties: (code, preceding) => {
      if (code >= 0x20 && code < 0x7f) return ONE_CELL;
      const properties = provider.charProperties(code, preceding);
      if (properties === ONE_CELL && isWideEmoji(code)) return TWO_CELLS;
      if ((properties & JOINS) === 0) return properties;
      const joined = (preceding >> STATE_SHIFT) + 1;
      return joined > MOST_JOINED ? ONE_CELL : properties | (joined << STATE_SHIFT);
    },
  });
  terminal.unicode.activeVersion = VERSION;
}

let known: IUnicodeVersionProvider | null = null;

/** The addon registers its provider, and gives no other way to it. */
function providerOfAddon(): IUnicodeVersionProvider {
  if (known !== null) return known;
  const unicode = {
    register: (provider: IUnicodeVersionProvider) => void (known = provider),
    versions: [],
    activeVersion: '',
  };
  new Unicode11Addon().activate({ unicode } as unknown as Terminal);
  if (known === null) throw new Error('@xterm/addon-unicode11 registers no provider');
  return known;
}

/** The character of a cell, fit to be sent: a blank for what takes no place of its own, or would be acted upon. */
export function shownCode(code: number): number {
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0x20 : code;
  return providerOfAddon().wcwidth(code) === 0 ? 0x20 : code;
}

/** Marks that turn the direction of the text after them: in a terminal that follows them they would reach beyond the pane. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text of a cell that holds several code points, fit to be sent: a mark without a character to stand on is a blank. */
export function cellText(text: string): string {
  const shown = text.replace(DIRECTIONS, '');
  const code = shown.codePointAt(0) ?? 0;
  return shownCode(code) === code ? shown : ' ';
}
