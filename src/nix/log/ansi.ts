/** Terminal sequences in a line of a log: colours may stay, everything else is shown or left out. */
import { printable } from '../../base/printable.ts';

/** A control sequence (ECMA-48, 5.4), a title or link (OSC) with its end, or a two-character escape. */
export const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-Z\\^-~])/g;
const COLOUR = /^\u001b\[([0-9;:]{0,64})m$/;
/** "Erase in line": gcc writes one behind each colour. In a line that is printed once it does nothing. */
const ERASE = /^\u001b\[[0-2]?K$/;

/**
 * The line for a terminal: colours and other attributes of text stay (SGR, but no concealed text), and end with the line; all
 * else that a terminal would act on is written as an escape (`\e`, `\x07`). Tabs stay.
 */
export function sgrOnly(line: string): string {
  if (!line.includes('\u001b')) return escaped(line);
  let shown = '';
  let from = 0;
  let coloured = false;
  for (const match of line.matchAll(SEQUENCE)) {
    const [sequence] = match;
    const colour = COLOUR.exec(sequence)?.[1];
    if (colour === undefined && !ERASE.test(sequence)) continue;
    shown += escaped(line.slice(from, match.index));
    from = match.index + sequence.length;
    if (colour === undefined || conceals(colour)) continue;
    shown += sequence;
    coloured = !/^(?:0?;)*0?$/.test(colour);
  }
  return `${shown}${escaped(line.slice(from))}${coloured ? '\u001b[0m' : ''}`;
}

/** The line without terminal sequences, for comparing; other control characters stay. */
export function plainText(line: string): string {
  return line.includes('\u001b') ? line.replace(SEQUENCE, '') : line;
}

/** The line without terminal sequences, safe for a terminal or a file. Tabs stay. */
export function safeText(line: string): string {
  return escaped(plainText(line));
}

function escaped(text: string): string {
  return text.includes('\t') ? text.split('\t').map(printable).join('\t') : printable(text);
}

/** Whether a parameter is 8, and not one of a colour's (`38;5;8`). */
function conceals(parameters: string): boolean {
  const all = parameters.split(';');
  for (let at = 0; at < all.length; at += 1) {
    if (Number(all[at]) === 8) return true;
    if (['38', '48', '58'].includes(all[at] ?? '')) at += all[at + 1] === '2' ? 4 : 2;
  }
  return false;
}
