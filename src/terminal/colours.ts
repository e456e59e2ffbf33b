/** The terminal's colours, as programs ask for them (xterm's ctlseqs, OSC 4, 10, 11, 12): text, background, cursor, palette. */

/** The colour behind a question, `11` or `4;1`, as `rgb:rrrr/gggg/bbbb`; null: nobody is told. */
export type ColourOf = (question: string) => string | null;

/** Of xterm's own palette the first sixteen, as it answers for them. */
const SIXTEEN = [
  '000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5',
  '7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff',
].flatMap(row => row.split(' '));
const DARK = { '10': 'e5e5e5', '11': '000000', '12': 'e5e5e5' };
const LIGHT = { '10': '000000', '11': 'ffffff', '12': '000000' };

/** What a terminal that does not tell its colours most likely has. @param light on a light background */
export function usualColour(question: string, light: boolean): string | null {
  const palette = /^4;(\d{1,3})$/.exec(question)?.[1];
  const hex =
    palette === undefined ? (light ? LIGHT : DARK)[question as '10' | '11' | '12'] : paletteColour(Number(palette));
  return hex === undefined ? null : `rgb:${[0, 2, 4].map(at => hex.slice(at, at + 2).repeat(2)).join('/')}`;
}

/** xterm's 256 colours: sixteen, a cube of six steps, and a ramp of greys. */
function paletteColour(number: number): string | undefined {
  if (number < 16) return SIXTEEN[number];
  if (number > 255) return undefined;
  const levels =
    number > 231
      ? Array.from({ length: 3 }, () => 8 + (number - 232) * 10)
      : [36, 6, 1].map(weight => Math.floor((number - 16) / weight) % 6).map(step => (step === 0 ? 0 : 55 + step * 40));
  return levels.map(level => level.toString(16).padStart(2, '0')).join('');
}

/** A sequence may ask for so many of the palette. */
const MOST_ASKED = 256;

/** What a program is answered to `OSC code ; data ST`; empty where it asks for nothing, or nobody is told. Colours that it sets are not ours to set. */
export function answerTo(code: number, data: string, colourOf: ColourOf): string {
  return questionsIn(code, data)
    .map(question => ({ question, colour: colourOf(question) }))
    .map(({ question, colour }) => (colour === null ? '' : `\u001b]${question};${colour}\u001b\\`))
    .join('');
}

/** `OSC 4 ; 1 ; ? ; 2 ; ?` asks for two; `OSC 10 ; ? ; ?` for text and background. */
function questionsIn(code: number, data: string): readonly string[] {
  const words = data.split(';', 2 * MOST_ASKED);
  if (code === 4)
    return words.flatMap((word, at) =>
      at % 2 === 0 && words[at + 1] === '?' && /^\d{1,3}$/.test(word) ? [`4;${Number(word)}`] : [],
    );
  return words.flatMap((word, at) => (word === '?' && code + at <= 12 ? [String(code + at)] : []));
}
