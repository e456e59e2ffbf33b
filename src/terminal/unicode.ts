/**
 * How wide characters are: Unicode 11, as most terminals count, with a limit to what piles up in one cell. Without one, a program that prints
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

/** Has the terminal count so. */
export function limitMarks(terminal: Terminal): void {
  const provider = providerOfAddon();
  terminal.unicode.register({
    version: VERSION,
    wcwidth: code => provider.wcwidth(code),
    charProperties: (code, preceding) => {
      if (code >= 0x20 && code < 0x7f) return ONE_CELL;
      const properties = provider.charProperties(code, preceding);
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

/** Marks that turn the direction of the text after them: in a terminal that follows them they would reach beyond the pane. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text of a cell, fit to be sent: a mark without a character to stand on is a blank. */
export function cellText(text: string): string {
  const first = text.charCodeAt(0);
  if (text.length === 1 && first < 0x300) return text;
  const shown = text.length > 1 ? text.replace(DIRECTIONS, '') : text;
  return providerOfAddon().wcwidth(shown.codePointAt(0) ?? 0) === 0 ? ' ' : shown;
}
