/** How styled lines look in this terminal: the 16 colours of the user's own palette, or none; box drawing, or ASCII. */
import { type Line, type Style, width } from './line.ts';

export interface Look {
  /** False with NO_COLOR: bold, dim and inverse stay. */
  readonly colour: boolean;
  /** True where the locale is not UTF-8, or with `--ascii`. */
  readonly ascii: boolean;
  /** The colour of each meaning: a name of {@link COLOURS}; settings can change it. */
  readonly colours: Readonly<Record<Coloured, ColourName>>;
}

/** The sixteen colours, by the numbers that SGR gives them (ECMA-48, 8.3.117; 90 to 97 are aixterm's). */
export const COLOURS = {
  default: 39,
  black: 30,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  white: 37,
  brightBlack: 90,
  brightRed: 91,
  brightGreen: 92,
  brightYellow: 93,
  brightBlue: 94,
  brightMagenta: 95,
  brightCyan: 96,
  brightWhite: 97,
} as const;
export type ColourName = keyof typeof COLOURS;

/** The meanings that have a colour. */
export type Coloured = 'accent' | 'good' | 'warning' | 'bad';

export const DEFAULT_COLOURS: Look['colours'] = { accent: 'cyan', good: 'green', warning: 'yellow', bad: 'red' };
/** On a light background most palettes have a yellow and a cyan that nobody can read. */
export const LIGHT_COLOURS: Look['colours'] = { accent: 'blue', good: 'green', warning: 'magenta', bad: 'red' };

/** What the background is; `auto`: the terminal says it (COLORFGBG), else it is dark. */
export type Theme = 'auto' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** The colours on this background, with the person's own in their place. */
export function coloursOn(
  theme: Theme,
  own: Partial<Look['colours']>,
  environment: Readonly<Record<string, string | undefined>>,
): Look['colours'] {
  return { ...(isLight(theme, environment) ? LIGHT_COLOURS : DEFAULT_COLOURS), ...own };
}

/** Whether the background is light, as far as it is said. */
export function isLight(theme: Theme, environment: Readonly<Record<string, string | undefined>>): boolean {
  return theme === 'light' || (theme === 'auto' && isLightByNumber(environment['COLORFGBG'] ?? ''));
}

/** rxvt's COLORFGBG, also of Konsole and others: `foreground;background`, sometimes with a field between. As Vim reads it: 7 and 9 to 15 are light. */
function isLightByNumber(colorFgBg: string): boolean {
  const background = /(?:^|;)(\d{1,2})$/.exec(colorFgBg)?.[1];
  const number = Number(background ?? 0);
  return number === 7 || (number >= 9 && number <= 15);
}

const ATTRIBUTES: Readonly<Record<Style, readonly number[]>> = {
  plain: [],
  dim: [2],
  strong: [1],
  accent: [],
  good: [],
  warning: [],
  bad: [1],
  selected: [7],
  title: [1],
};

function isColoured(style: Style): style is Coloured {
  return style === 'accent' || style === 'good' || style === 'warning' || style === 'bad';
}

/** The line as text with SGR sequences and no others; it ends in the default style. */
export function ansi(line: Line, look: Look): string {
  return line
    .map(({ text, style, sgr }) => {
      const shown = look.ascii ? asciiOnly(text) : text;
      const numbers = [...ATTRIBUTES[style]];
      if (look.colour && isColoured(style)) numbers.push(COLOURS[look.colours[style]]);
      if (sgr !== undefined) numbers.push(...sgr.attributes, ...(look.colour ? sgr.colours : []));
      return numbers.length === 0 || text === '' ? shown : `\u001b[${numbers.join(';')}m${shown}\u001b[0m`;
    })
    .join('');
}

const IN_ASCII: Readonly<Record<string, string>> = {
  '▸': '>',
  '▾': 'v',
  '…': '~',
  '–': '-',
  '✗': 'x',
  '✓': '+',
  '→': '>',
  '·': '.',
  '─': '-',
  '│': '|',
  '▏': '_',
  '≠': '!',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
};

/** The text in ASCII, each character by one that takes as many cells; what has no counterpart is `?`, corners are `+`. */
export function asciiOnly(text: string): string {
  return text.replace(/[^\u0000-\u007e]/gu, character => {
    const known = IN_ASCII[character];
    if (known !== undefined) return known;
    return /[\u2500-\u257f]/.test(character) ? '+' : '?'.repeat(width(character));
  });
}

/** Whether the locale says UTF-8 (locale(7): LC_ALL, else LC_CTYPE, else LANG). */
export function isUtf8Locale(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return /utf-?8/i.test(locale);
}
