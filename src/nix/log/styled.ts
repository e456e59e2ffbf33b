/** A line of a log as text and the attributes that its SGR sequences ask for: parsed to numbers of our own, never passed on. */
import { SEQUENCE } from './ansi.ts';

/** Parameters of SGR (ECMA-48, 8.3.117), the colours apart from the rest. */
export interface Sgr {
  readonly attributes: readonly number[];
  readonly colours: readonly number[];
}

/** A piece of a line in one look. Other control characters are still in it. */
export interface StyledPart {
  readonly text: string;
  readonly sgr: Sgr;
}

const NOTHING: Sgr = { attributes: [], colours: [] };
/** Bold, faint, italic, underlined, crossed out; what switches them off. Not: blinking, inverse (it means the cursor here), concealed. */
const ATTRIBUTES: Readonly<Record<number, readonly number[]>> = { 22: [1, 2], 23: [3], 24: [4], 29: [9] };
const KNOWN = new Set(Object.values(ATTRIBUTES).flat());

/** The pieces of a line, in order; sequences that are not SGR are left out. */
export function styledParts(line: string): readonly StyledPart[] {
  const parts: StyledPart[] = [];
  let sgr = NOTHING;
  let from = 0;
  const add = (to: number): void => {
    if (to > from) parts.push({ text: line.slice(from, to), sgr });
  };
  for (const match of line.matchAll(SEQUENCE)) {
    const [sequence] = match;
    add(match.index);
    from = match.index + sequence.length;
    const parameters = /^\u001b\[([0-9;:]{0,64})m$/.exec(sequence)?.[1];
    if (parameters !== undefined) sgr = applied(sgr, parameters);
  }
  add(line.length);
  return parts;
}

/** @param parameters those of one sequence */
function applied(before: Sgr, parameters: string): Sgr {
  // With colons (ISO 8613-6) a colour is one parameter, with an empty colour space in it.
  const numbers = parameters
    .replace(/([34]8):2:\d*:(\d+):(\d+):(\d+)/g, '$1;2;$2;$3;$4')
    .replace(/([34]8):5:(\d+)/g, '$1;5;$2')
    .split(';')
    .map(word => (/^\d{0,3}$/.test(word) ? Number(word) : Number.NaN));
  let sgr = before;
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] ?? 0;
    const length = number === 38 || number === 48 || number === 58 ? (numbers[at + 1] === 2 ? 5 : 3) : 1;
    sgr = withNumbers(sgr, numbers.slice(at, at + length));
    at += length - 1;
  }
  return sgr;
}

function withNumbers(sgr: Sgr, numbers: readonly number[]): Sgr {
  const [number = 0] = numbers;
  const off = ATTRIBUTES[number];
  if (number === 0) return NOTHING;
  if (KNOWN.has(number)) return { ...sgr, attributes: [...new Set([...sgr.attributes, number])] };
  if (off !== undefined) return { ...sgr, attributes: sgr.attributes.filter(each => !off.includes(each)) };
  const ground = groundOf(number);
  if (ground === null || !whole(numbers)) return sgr;
  const [front, back] = grounds(sgr.colours);
  const now = number === 39 || number === 49 ? [] : numbers;
  return { ...sgr, colours: ground === 'front' ? [...now, ...back] : [...front, ...now] };
}

/** `38;5;N` and `38;2;R;G;B` have all of their numbers, each a byte. */
function whole(numbers: readonly number[]): boolean {
  const extended = numbers[0] === 38 || numbers[0] === 48;
  const length = extended ? ({ 2: 5, 5: 3 }[numbers[1] ?? 0] ?? 0) : 1;
  return numbers.length === length && numbers.every(each => each <= 255);
}

function groundOf(number: number): 'front' | 'back' | null {
  if ((number >= 30 && number <= 39) || (number >= 90 && number <= 97)) return 'front';
  return (number >= 40 && number <= 49) || (number >= 100 && number <= 107) ? 'back' : null;
}

/** The colours of the text and of what is behind it. */
function grounds(colours: readonly number[]): readonly [readonly number[], readonly number[]] {
  const [first = 0, second] = colours;
  if (groundOf(first) !== 'front') return [[], colours];
  const length = first === 38 ? (second === 2 ? 5 : 3) : 1;
  return [colours.slice(0, length), colours.slice(length)];
}
